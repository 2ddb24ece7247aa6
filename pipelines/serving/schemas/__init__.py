"""What answers look like, as JSON schemas for `/openapi.json`; nothing that is answered goes through them."""
