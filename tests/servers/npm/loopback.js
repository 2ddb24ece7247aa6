// `node --require loopback.js …`: whatever listens, listens on loopback alone.
const { Server } = require("net");

const { listen } = Server.prototype;

Server.prototype.listen = function (first, ...rest) {
  const options = typeof first === "object" ? first : { port: Number(first) };
  return listen.call(this, { ...options, host: "127.0.0.1" }, rest.find((one) => typeof one === "function"));
};

// A client that is killed in the middle of a request ends no server.
process.on("uncaughtException", (fault) => {
  if (fault.code !== "ECONNRESET") throw fault;
});
