// Connects @slack/socket-mode to the fake Slack, the way a program written for the real one would. The second half of check.mjs.
import assert from "node:assert/strict";
import { LogLevel, SocketModeClient } from "@slack/socket-mode";

const [url] = process.argv.slice(2);
const options = { clientOptions: { slackApiUrl: `${url}/api/` }, logLevel: LogLevel.ERROR, clientPingTimeout: 500 };
const client = new SocketModeClient({ appToken: "xapp-1-A0PAPERBOY-100-fake", ...options });
const state = async () => (await fetch(`${url}/_fake/socket`)).json();
const post = async (path, body) => (await fetch(`${url}/_fake/${path}`, { method: "POST", body: JSON.stringify(body) })).json();
const until = async (what, holds) => {
  for (let i = 0; i < 1000; ++i) {
    const now = await state();
    if (holds(now)) return now;
    await new Promise((next) => setTimeout(next, 10));
  }
  assert.fail(`${what}: ${JSON.stringify(await state())}`);
};
const message = (text) => ({ team_id: "T0EXAMPLE1", api_app_id: "A0PAPERBOY", type: "event_callback", event_id: `Ev${text}`,
  event: { type: "message", channel: "D0ADA00001", channel_type: "im", user: "U0ADA00001", text, ts: "1712345678.000200" } });

const heard = [];
client.on("message", async ({ event, body, ack, retry_num }) => { heard.push(event.text); assert.equal(retry_num, 0); assert.equal(body.type, "event_callback"); await ack(); });
client.on("slash_commands", async ({ body, ack }) => { heard.push(body.command); await ack(); });
client.on("interactive", async ({ body, ack }) => { heard.push(body.actions[0].value); await ack(); });

await client.start();
await until("hello", (now) => now.open === 1);

// An event, a command and a button, each acknowledged.
const ids = [];
ids.push((await post("envelope", { type: "events_api", payload: message("one") })).envelope_id);
ids.push((await post("envelope", { type: "slash_commands", payload: { command: "/paperboy", text: "help" } })).envelope_id);
ids.push((await post("envelope", { type: "interactive", payload: { type: "block_actions", actions: [{ value: "undo" }] } })).envelope_id);
await until("acknowledgements", (now) => now.acked.length === 3);
assert.deepEqual((await state()).acked, ids);
assert.deepEqual(heard, ["one", "/paperboy", "undo"]);

// The client pings and is answered: were it not, it would have connected anew by now.
await new Promise((next) => setTimeout(next, 1500));
assert.equal((await state()).opened, 1);

// A refresh: a new connection with a new ticket, and what is said afterwards is heard.
await post("disconnect", { reason: "refresh_requested" });
await until("a new connection", (now) => now.opened === 2 && now.open === 1);
await post("envelope", { type: "events_api", payload: message("two") });
await until("what came after", (now) => now.acked.length === 4);
assert.deepEqual(heard.slice(3), ["two"]);

await client.disconnect();
const end = await until("the end", (now) => now.open === 0);
assert.deepEqual(end.violations, []);

// A wrong token is refused in words the client understands.
const stranger = new SocketModeClient({ appToken: "xapp-wrong", ...options });
await assert.rejects(() => stranger.start(), (e) => /invalid_auth/.test(String(e)));
console.log("hello, envelopes, acknowledgements, pings, refresh and refusals agree with @slack/socket-mode");
process.exit(0);
