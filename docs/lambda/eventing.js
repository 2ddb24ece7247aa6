// Bindings: `newsfeed`, a URL alias of the function; `events`, a bucket alias (read only) of the collection listened to,
// in which each document is one event and never changes.
function OnUpdate(doc, meta) {
    if (!taken(doc)) {
        later({id: meta.id});
    }
}

function again(context) {
    const doc = events[context.id];
    if (doc !== undefined && !taken(doc)) {
        later(context);
    }
}

function later(context) {
    createTimer(again, new Date(Date.now() + 60 * 1000), context.id, context);
}

function taken(doc) {
    try {
        const answer = curl("POST", newsfeed, {body: doc});
        if (answer.status === 422) {
            log("does not fit", answer.body);
        }
        return answer.status === 202 || answer.status === 422;
    } catch (fault) {
        log("no answer", fault);
        return false;
    }
}
