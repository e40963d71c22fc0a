// What a homeserver answers to matrix-js-sdk, one line of JSON each: the same for Synapse and for our fake, once ids are
// put aside. Usage: check.mjs '{"base", "user", "password", "token", "device", "room", "closed", "alias", "reader", "unknown"}'
import { createClient, Method } from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";

logger.disableAll?.();
logger.setLevel?.("silent");
const given = JSON.parse(process.argv[2]);
const client = createClient({ baseUrl: given.base, accessToken: given.token, userId: given.user, deviceId: given.device });
const anonymous = createClient({ baseUrl: given.base });

// Ids, names and times differ from server to server.
function plain(value) {
  let text = JSON.stringify(value ?? null);
  for (const [name, id] of Object.entries(given)) if (id) text = text.replaceAll(id, `(${name})`);
  return text.replaceAll(given.server, "(server)").replace(/\$[A-Za-z0-9_+/-]+/g, "$event").replace(/![A-Za-z0-9:().]+/g, "!room");
}
async function say(what, work) {
  try {
    console.log(what, plain(await work()));
  } catch (error) {
    console.log(what, error.httpStatus, error.errcode, plain(error.data?.error ?? error.message));
  }
}
const keys = (object) => Object.keys(object).sort();
const content = (more) => ({ msgtype: "m.text", body: "text", "m.mentions": {}, ...more });
const raw = (method, path, body, query) => client.http.authedRequest(method, path, query, body);
const put = (room, transaction, body) =>
  raw(Method.Put, `/rooms/${encodeURIComponent(room)}/send/m.room.message/${transaction}`, body);
const thread = (root) => ({ "m.relates_to": {
  rel_type: "m.thread", event_id: root, is_falling_back: true, "m.in_reply_to": { event_id: root } } });

await say("versions", async () => (await anonymous.getVersions()).versions.includes("v1.4"));
await say("flows", async () => (await anonymous.loginFlows()).flows.some((flow) => flow.type === "m.login.password"));
await say("login", async () => keys(await anonymous.login("m.login.password", {
  identifier: { type: "m.id.user", user: given.user }, password: given.password, device_id: "CHECK" })));
await say("login wrong", () => anonymous.login("m.login.password", {
  identifier: { type: "m.id.user", user: given.user }, password: "wrong" }));
await say("whoami", () => client.whoami());
await say("whoami wrong", () => createClient({ baseUrl: given.base, accessToken: "wrong" }).whoami());
await say("whoami none", () => anonymous.http.request(Method.Get, "/account/whoami"));
await say("alias", async () => (await client.getRoomIdForAlias(given.alias)).room_id === given.room);
await say("alias unknown", () => client.getRoomIdForAlias("#nowhere:" + given.server));
await say("alias malformed", () => client.getRoomIdForAlias("nowhere"));
await say("state", () => client.getStateEvent(given.room, "m.room.encryption", ""));
await say("state closed", () => client.getStateEvent(given.closed, "m.room.encryption", ""));
await say("member", async () => (await client.getStateEvent(given.room, "m.room.member", given.reader)).membership);
await say("member unknown", () => client.getStateEvent(given.room, "m.room.member", "@nobody:" + given.server));
await say("join again", () => client.http.authedRequest(Method.Post, `/join/${encodeURIComponent(given.room)}`, undefined, {}));
await say("join closed", () => raw(Method.Post, `/join/${encodeURIComponent(given.closed)}`, {}));
await say("join unknown", () => raw(Method.Post, `/join/${encodeURIComponent(given.unknown)}`, {}));
await say("join unknown alias", () => raw(Method.Post, `/join/${encodeURIComponent("#nowhere:" + given.server)}`, {}));
await say("join malformed", () => raw(Method.Post, "/join/nowhere", {}));
let first;
await say("send", async () => { first = (await client.sendEvent(given.room, "m.room.message", content(), "check-1")).event_id; return first; });
await say("send again", async () => (await put(given.room, "check-1", content({ body: "other" }))).event_id === first);
await say("send another", async () => (await put(given.room, "check-2", content())).event_id === first);
await say("send notice", () => client.sendEvent(given.room, "m.room.message",
  content({ msgtype: "m.notice", format: "org.matrix.custom.html", formatted_body: "<p>a &amp; <strong>b</strong></p>" }), "check-3"));
let second;
await say("thread", async () => { second = (await put(given.room, "check-4", content(thread(first)))).event_id; return second; });
await say("thread in thread", () => put(given.room, "check-5", content(thread(second))));
await say("thread nowhere", () => put(given.room, "check-6", content(thread("$nowhere"))));
await say("no body", () => put(given.room, "check-7", { msgtype: "m.text" }));
await say("no msgtype", () => put(given.room, "check-8", { body: "text" }));
await say("body a number", () => put(given.room, "check-9", content({ body: 3 })));
await say("a list", () => put(given.room, "check-10", []));
await say("60 kB", () => put(given.room, "check-11", content({ body: "x".repeat(60000) })));
await say("70 kB", () => put(given.room, "check-12", content({ body: "x".repeat(70000) })));
await say("send closed", () => put(given.closed, "check-13", content()));
await say("send unknown", () => put(given.unknown, "check-14", content()));
await say("send quiet", () => put(given.quiet, "check-15", content()));
await say("encryption", () => client.getStateEvent(given.encrypted, "m.room.encryption", ""));
await say("history", async () => {
  const page = await raw(Method.Get, `/rooms/${encodeURIComponent(given.room)}/messages`, undefined, {
    dir: "b", limit: "3", filter: JSON.stringify({ types: ["m.room.message"], senders: [given.user] }) });
  return [page.chunk.map((event) => [event.type, event.sender, event.event_id[0], typeof event.origin_server_ts, event.content.body.length]),
    typeof page.start, typeof page.end];
});
await say("history from nowhere", () => raw(Method.Get, `/rooms/${encodeURIComponent(given.room)}/messages`, undefined, { dir: "b", from: "zz" }));
await say("history bad filter", () => raw(Method.Get, `/rooms/${encodeURIComponent(given.room)}/messages`, undefined, { dir: "b", filter: "no" }));
await say("history closed", () => raw(Method.Get, `/rooms/${encodeURIComponent(given.closed)}/messages`, undefined, { dir: "b" }));
await say("direct none", () => client.getAccountDataFromServer("m.direct"));
await say("direct none raw", () => raw(Method.Get, `/user/${encodeURIComponent(given.user)}/account_data/m.direct`));
let made;
await say("create", async () => { made = (await client.createRoom({ preset: "private_chat", is_direct: true, invite: [given.reader],
  creation_content: { "org.paperboy.direct": given.reader } })).room_id; return made[0]; });
await say("created", async () => (await client.getStateEvent(made, "m.room.create", ""))["org.paperboy.direct"]);
await say("invited", async () => (await client.getStateEvent(made, "m.room.member", given.reader)).membership);
await say("joined", async () => (await client.getJoinedRooms()).joined_rooms.includes(made));
await say("create malformed", () => client.createRoom({ preset: "private_chat", invite: ["nobody"] }));
await say("create elsewhere", () => client.createRoom({ preset: "private_chat", invite: ["@a:elsewhere.invalid"] }));
await say("create preset", () => client.createRoom({ preset: "nothing" }));
await say("direct put", () => raw(Method.Put, `/user/${encodeURIComponent(given.user)}/account_data/m.direct`, { [given.reader]: ["x"] }));
await say("direct", () => raw(Method.Get, `/user/${encodeURIComponent(given.user)}/account_data/m.direct`));
await say("direct of another", () => raw(Method.Get, `/user/${encodeURIComponent(given.reader)}/account_data/m.direct`));

// Listening.
const filter = JSON.stringify({ presence: { types: [] }, account_data: { types: [] }, room: { ephemeral: { types: [] },
  account_data: { types: [] }, state: { types: [], lazy_load_members: true },
  timeline: { types: ["m.room.message", "m.room.encrypted", "m.reaction", "m.room.member", "m.room.tombstone"], limit: 3 } } });
const sync = (query) => raw(Method.Get, "/sync", undefined, { filter, timeout: "0", set_presence: "offline", ...query });
const of = (answer, room = given.room) => answer.rooms?.join?.[room];
const bodies = (events) => events.map((event) => [event.type, event.sender, event.content.body, event.event_id[0], typeof event.origin_server_ts]);
let since;
await say("sync first", async () => { const answer = await sync(); since = answer.next_batch; return of(answer).timeline.events.length; });
await say("sync nothing", async () => of(await sync({ since })) ?? "nothing");
await say("sync soon", async () => {
  const waiting = sync({ since, timeout: "20000" });
  const begin = Date.now();
  await put(given.room, "check-s1", content({ body: "soon" }));
  const room = of(await waiting);
  return [bodies(room.timeline.events), room.timeline.limited, Date.now() - begin < 15000];
});
for (const n of [2, 3, 4, 5]) await put(given.room, `check-s${n}`, content({ body: `message ${n}` }));
let before, now;
await say("sync limited", async () => {
  const answer = await sync({ since });
  const room = of(answer);
  now = answer.next_batch;
  before = room.timeline.prev_batch;
  return [bodies(room.timeline.events), room.timeline.limited, typeof before];
});
await say("the gap", async () => {
  const page = await raw(Method.Get, `/rooms/${encodeURIComponent(given.room)}/messages`, undefined, {
    dir: "b", from: before, to: since, limit: "100", filter: JSON.stringify({ types: ["m.room.message"] }) });
  return bodies(page.chunk);
});
await say("sync from nowhere", () => sync({ since: "nowhere" }));
await say("sync bad filter", () => sync({ filter: "{no" }));
await say("sync bad timeout", () => sync({ timeout: "soon" }));
await say("a new room", async () => {
  const id = (await client.createRoom({ preset: "private_chat", invite: [given.reader] })).room_id;
  const answer = await sync({ since: now });  // another question than before: Synapse keeps its answers
  const room = of(answer, id);
  const own = room.timeline.events.find((event) => event.state_key === given.user);
  const left = await raw(Method.Post, `/rooms/${encodeURIComponent(id)}/leave`, { reason: "enough" });
  const gone = (await sync({ since: answer.next_batch })).rooms.leave[id];
  const last = gone.timeline.events.at(-1);
  return [own.type, own.content.membership, room.summary["m.joined_member_count"], room.summary["m.invited_member_count"], left,
    [last.type, last.sender, last.state_key, last.content.membership, last.unsigned.prev_content.membership],
    await raw(Method.Post, `/rooms/${encodeURIComponent(id)}/forget`, {})];
});
await say("forget where it is", () => raw(Method.Post, `/rooms/${encodeURIComponent(given.room)}/forget`, {}));
await say("leave closed", () => raw(Method.Post, `/rooms/${encodeURIComponent(given.closed)}/leave`, {}));
await say("leave unknown", () => raw(Method.Post, `/rooms/${encodeURIComponent(given.unknown)}/leave`, {}));
await say("members", async () => Object.entries((await raw(Method.Get, `/rooms/${encodeURIComponent(given.room)}/joined_members`)).joined)
  .map(([user, about]) => [user, keys(about)]).sort());
await say("members closed", () => raw(Method.Get, `/rooms/${encodeURIComponent(given.closed)}/joined_members`));
await say("event", async () => (await client.fetchRoomEvent(given.room, first)).sender);
await say("event unknown", () => client.fetchRoomEvent(given.room, "$nowhere"));
const react = (transaction, relation) =>
  raw(Method.Put, `/rooms/${encodeURIComponent(given.room)}/send/m.reaction/${transaction}`, { "m.relates_to": relation });
const thumb = { rel_type: "m.annotation", event_id: first, key: "\u{1F44D}" };
await say("react", async () => (await react("check-r1", thumb)).event_id[0]);
await say("react again", () => react("check-r2", thumb));
await say("react without", () => react("check-r3", { rel_type: "m.annotation", event_id: first }));
await say("react nowhere", () => react("check-r4", { ...thumb, event_id: "$nowhere" }));
await say("file unknown", () => client.http.authedRequest(Method.Get, `/media/download/${given.server}/nothing`, undefined, undefined,
  { prefix: "/_matrix/client/v1" }));

// What people see of an answer in a thread, and of an edit.
await say("seen", async () => {
  const { logger: quiet } = client;
  quiet?.setLevel?.("silent");
  await client.startClient({ initialSyncLimit: 3, disablePresence: true, threadSupport: false });
  await new Promise((done) => client.on("sync", (state) => state === "PREPARED" && done()));
  const seen = (body) => new Promise((done) => client.on("Room.timeline", (event) => {
    if (event.getContent().body === body || event.getContent()["m.new_content"]?.body === body) done(event);
  }));
  const answered = seen("an answer");
  const answer = (await put(given.room, "check-a1", content({ msgtype: "m.notice", body: "an answer", ...thread(first) }))).event_id;
  const event = await answered;
  const edited = seen("another answer");
  await put(given.room, "check-a2", { ...content({ msgtype: "m.notice", body: "* another answer" }),
    "m.new_content": content({ msgtype: "m.notice", body: "another answer" }),
    "m.relates_to": { rel_type: "m.replace", event_id: answer } });
  await edited;
  client.stopClient();
  return [event.threadRootId === first, event.replyEventId === first, event.getContent().body, event.getRelation()?.rel_type];
});
await say("no such method", () => raw(Method.Get, "/nothing"));
process.exit(0);
