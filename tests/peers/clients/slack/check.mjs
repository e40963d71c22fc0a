// Drives the fake Slack by @slack/web-api, the way a program written for the real one would. Usage: node check.mjs URL
import assert from "node:assert/strict";
import { ErrorCode, LogLevel, WebClient } from "@slack/web-api";

const [url] = process.argv.slice(2);
const options = { slackApiUrl: `${url}/api/`, logLevel: LogLevel.ERROR, retryConfig: { retries: 2, minTimeout: 10, maxTimeout: 50 } };
const slack = new WebClient("xoxb-100-200-fake", options);
const papers = "C0PAPERS01";

const fault = (path, wish) => fetch(`${url}/_fake/fault`, { method: "POST", body: JSON.stringify({ path, ...wish }) });
const applied = async () => (await fetch(`${url}/_fake/applied`)).json();
const refused = async (call, error) => {
  await assert.rejects(call, (e) => {
    assert.equal(e.code, ErrorCode.PlatformError, String(e));
    assert.equal(e.data.error, error);
    return true;
  });
};

const me = await slack.auth.test();
assert.equal(me.user_id, "U0PAPERBOY");
assert.ok(me.bot_id.startsWith("B"));

// Blocks, metadata and a thread.
const blocks = [
  { type: "header", text: { type: "plain_text", text: "2 papers <b>", emoji: false } },
  { type: "rich_text", elements: [
    { type: "rich_text_section", elements: [{ type: "text", text: "bold", style: { bold: true } },
      { type: "link", url: "https://arxiv.org/abs/2611.00001", text: " & link" }] },
    { type: "rich_text_list", style: "ordered", offset: 3, indent: 1, elements: [
      { type: "rich_text_section", elements: [{ type: "text", text: "item" }] }] }] },
  { type: "divider" },
  { type: "context", elements: [{ type: "plain_text", text: "2/3", emoji: false }] },
  { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Save", emoji: false }, action_id: "action_0", value: "save/1" }] },
];
const id = "0d7c7a5e-2a4b-8c3d-9e1f-000000000001";
const sent = await slack.chat.postMessage({ channel: papers, text: "2 papers &lt;b&gt;", mrkdwn: false, blocks, unfurl_links: false,
  unfurl_media: false, client_msg_id: id, metadata: { event_type: "paperboy_delivery", event_payload: { delivery_id: id } } });
assert.equal(sent.channel, papers);
assert.match(sent.ts, /^\d{10}\.\d{6}$/);
assert.deepEqual(sent.message.blocks, blocks);
const reply = await slack.chat.postMessage({ channel: papers, text: "the papers", thread_ts: sent.ts });
const named = await slack.chat.postMessage({ channel: "#papers", text: "by name" });
assert.equal(named.channel, papers);
assert.deepEqual((await applied()).map((one) => one.text), ["2 papers <b>\nbold & link\nitem\n2/3\n", "the papers", "by name"]);
assert.equal((await applied())[0].key, id);

// Members and direct messages.
const ada = await slack.users.lookupByEmail({ email: "ada@example.org" });
assert.equal(ada.user.id, "U0ADA00001");
const direct = await slack.conversations.open({ users: ada.user.id });
assert.ok(direct.channel.id.startsWith("D"));
assert.equal((await slack.conversations.open({ users: ada.user.id })).already_open, true);
await slack.chat.postMessage({ channel: direct.channel.id, text: "to Ada" });

// History: newest first, without replies, with metadata where it is asked for, page by page.
const history = await slack.conversations.history({ channel: papers, include_all_metadata: true, oldest: sent.ts, inclusive: true });
assert.deepEqual(history.messages.map((m) => m.ts), [named.ts, sent.ts]);
assert.equal(history.messages[1].metadata.event_payload.delivery_id, id);
assert.equal((await slack.conversations.history({ channel: papers })).messages[1].metadata, undefined);
assert.deepEqual((await slack.conversations.history({ channel: papers, oldest: sent.ts })).messages.map((m) => m.ts), [named.ts]);
const pages = [];
for await (const page of slack.paginate("conversations.history", { channel: papers, limit: 1 })) pages.push(page.messages[0].ts);
assert.deepEqual(pages, [named.ts, sent.ts]);
const thread = await slack.conversations.replies({ channel: papers, ts: sent.ts });
assert.deepEqual(thread.messages.map((m) => m.ts), [sent.ts, reply.ts]);

// Editing.
const edited = await slack.chat.update({ channel: papers, ts: named.ts, text: "by another name" });
assert.equal(edited.ts, named.ts);
assert.equal((await slack.conversations.history({ channel: papers, oldest: named.ts, inclusive: true })).messages[0].text, "by another name");

// Refusals, in Slack's words.
const before = (await applied()).length;
await refused(() => new WebClient("xoxb-wrong", options).auth.test(), "invalid_auth");
await refused(() => new WebClient(undefined, options).auth.test(), "not_authed");
await refused(() => slack.chat.postMessage({ channel: papers }), "no_text");
await refused(() => slack.chat.postMessage({ channel: "C0NOWHERE1", text: "x" }), "channel_not_found");
await refused(() => slack.chat.postMessage({ channel: "C0RANDOM01", text: "x" }), "not_in_channel");
await refused(() => slack.chat.postMessage({ channel: "C0OLDNEWS1", text: "x" }), "is_archived");
await refused(() => slack.chat.postMessage({ channel: papers, text: "x", blocks: Array(51).fill({ type: "divider" }) }), "invalid_blocks");
await refused(() => slack.chat.postMessage({ channel: papers, text: "x", blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }] }), "invalid_blocks");
await refused(() => slack.chat.postMessage({ channel: papers, text: "x", blocks: [{ type: "headline" }] }), "invalid_blocks");
await refused(() => slack.users.lookupByEmail({ email: "eve@example.org" }), "users_not_found");
await refused(() => slack.conversations.open({ users: "U0BOB00001" }), "user_disabled");
await refused(() => slack.conversations.replies({ channel: papers, ts: "1.000001" }), "thread_not_found");
await refused(() => slack.chat.update({ channel: papers, ts: "1.000001", text: "x" }), "message_not_found");
await refused(() => slack.apps.connections.open(), "not_allowed_token_type");
await refused(() => slack.apiCall("chat.postNothing"), "unknown_method");
assert.equal((await applied()).length, before);

// What the client does about trouble: it waits as told, and tries again.
await fault("chat.postMessage", { kind: "instead", status: 429, body: '{"ok":false,"error":"ratelimited"}', headers: ["Retry-After: 1"] });
const began = Date.now();
await slack.chat.postMessage({ channel: papers, text: "after a pause" });
assert.ok(Date.now() - began >= 1000);
await fault("chat.postMessage", { kind: "instead", status: 429, body: "", headers: ["Retry-After: 7"] });
const impatient = new WebClient("xoxb-100-200-fake", { ...options, rejectRateLimitedCalls: true });
await assert.rejects(() => impatient.chat.postMessage({ channel: papers, text: "x" }), (e) => e.code === ErrorCode.RateLimitedError && e.retryAfter === 7);
await fault("chat.postMessage", { kind: "drop_before" });
await slack.chat.postMessage({ channel: papers, text: "again" });
await fault("chat.postMessage", { kind: "error_after", status: 502 });
await slack.chat.postMessage({ channel: papers, text: "twice" });
assert.deepEqual((await applied()).slice(before).map((one) => one.text), ["after a pause", "again", "twice", "twice"]);

console.log("chat.postMessage, threads, direct messages, look-ups, history, replies, refusals and retries agree with @slack/web-api");

await import("./socket.mjs");
