// Drives the fake Bot API by grammY, the way a program written for the real one would. Usage: node check.mjs URL
import assert from "node:assert/strict";
import { autoRetry } from "@grammyjs/auto-retry";
import { Api, GrammyError, HttpError } from "grammy";

const [url] = process.argv.slice(2);
const token = "1234567890:AAFakeTokenOfPaperboysTestsOnly_0-9xyz";
const api = new Api(token, { apiRoot: url });

const fault = (wish) => fetch(`${url}/_fake/fault`, { method: "POST", body: JSON.stringify({ path: "sendMessage", ...wish }) });
const applied = async () => (await fetch(`${url}/_fake/applied`)).json();
const refused = async (call, code, description) => {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof GrammyError, String(error));
    assert.equal(error.error_code, code);
    assert.match(error.description, description);
    return true;
  });
};

const me = await api.getMe();
assert.equal(me.is_bot, true);
assert.equal(me.username, "paperboy_test_bot");

// Text, entities, topics, names.
const text = "😀 <b>bold</b> &lt;x&gt; <a href=\"https://a.example/?a=1&amp;b\">li<i>n</i>k</a>";
const sent = await api.sendMessage(55, text, { parse_mode: "HTML", link_preview_options: { is_disabled: true } });
assert.equal(sent.chat.id, 55);
assert.equal(sent.chat.type, "private");
assert.ok(sent.message_id > 0 && sent.date > 0);
assert.equal(sent.text, "😀 bold <x> link");
for (const entity of sent.entities) entity.text = sent.text.slice(entity.offset, entity.offset + entity.length);
assert.deepEqual(sent.entities.find((e) => e.type === "bold").text, "bold");
assert.deepEqual(sent.entities.find((e) => e.type === "text_link").text, "link");
assert.equal(sent.entities.find((e) => e.type === "text_link").url, "https://a.example/?a=1&b");
const own = await api.sendMessage("@paperboy_news", "😀 plain", { entities: [{ type: "bold", offset: 3, length: 5 }] });
assert.equal(own.chat.id, -1009876543210);
assert.deepEqual(own.entities, [{ type: "bold", offset: 3, length: 5 }]);
await api.sendMessage(-1001234567890, "in a topic", { message_thread_id: 42 });
const keyboard = { inline_keyboard: [[{ text: "Save", callback_data: "save/1" }, { text: "PDF", url: "https://a.example/" }]] };
await api.sendMessage(55, "buttons", { reply_markup: keyboard });
const messages = await applied();
assert.deepEqual(messages.map((m) => m.destination), ["55", "@paperboy_news", "-1001234567890/42", "55"]);
assert.equal(messages[0].text, sent.text);

// Refusals, in the server's words.
const html = (markup) => api.sendMessage(55, markup, { parse_mode: "HTML" });
await refused(html("Hello world <br>"), 400, /can't parse entities: Unsupported start tag "br" at byte offset 12/);
await refused(html("<b>x</i>"), 400, /Unmatched end tag at byte offset 4, expected "<\/b>", found "<\/i>"/);
await refused(html("x".repeat(4097)), 400, /message is too long/);
await refused(api.sendMessage(55, "  "), 400, /message text is empty/);
await refused(api.sendMessage(999, "x"), 400, /chat not found/);
await refused(api.sendMessage(403001, "x"), 403, /bot was blocked by the user/);
await refused(api.sendMessage(403002, "x"), 403, /bot can't initiate conversation with a user/);
await refused(api.sendMessage(-1001234567890, "x", { message_thread_id: 1 }), 400, /message thread not found/);
await refused(api.sendMessage(55, "x", { reply_markup: { inline_keyboard: [[{ text: "x", callback_data: "x".repeat(65) }]] } }),
  400, /BUTTON_DATA_INVALID/);
await refused(api.raw.sendDice({ chat_id: 55 }), 404, /method not found/);
await refused(new Api("1:wrong", { apiRoot: url }).getMe(), 401, /Unauthorized/);
await assert.rejects(api.sendMessage(-4321, "x"), (error) => error.parameters.migrate_to_chat_id === -1004321432143);

// Rich messages (10.1).
const rich = await api.raw.sendRichMessage({
  chat_id: 55,
  rich_message: { blocks: [{ type: "heading", size: 2, text: ["A ", { type: "bold", text: "tree" }] }, { type: "paragraph", text: "x" }] },
});
assert.equal(rich.rich_message.blocks.length, 2);
await refused(api.raw.sendRichMessage({ chat_id: 55, rich_message: { blocks: [{ type: "heading", size: 9, text: "x" }] } }), 400, /size/);

// 429 as grammY's own plugin understands it: it waits and sends again, once.
const before = (await applied()).length;
const patient = new Api(token, { apiRoot: url });
patient.config.use(autoRetry());
await fault({ kind: "instead", status: 429, type: "application/json", headers: ["Retry-After: 1"],
  body: '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}' });
const begun = Date.now();
await patient.sendMessage(55, "patient");
assert.ok(Date.now() - begun >= 950, "the plugin did not wait");
assert.equal((await applied()).length, before + 1);

// A lost answer: applied, and the client cannot know.
await fault({ kind: "drop_after" });
await assert.rejects(api.sendMessage(55, "lost"), (error) => error instanceof HttpError);
assert.equal((await applied()).length, before + 2);
console.log("grammY and the fake agree");
