// Drives the fake Bot API by grammY, the way a program written for the real one would. Usage: node check.mjs URL
import assert from "node:assert/strict";
import { autoRetry } from "@grammyjs/auto-retry";
import { Api, Bot, GrammyError, HttpError, InlineKeyboard } from "grammy";

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
// A bot that polls: hears a command, answers with a button, hears the press, answers it and edits its message.
const happen = async (update) => {
  const told = await fetch(`${url}/_fake/update`, { method: "POST", body: JSON.stringify(update) });
  assert.equal(told.status, 200);
  return (await told.json()).update_id;
};
const polled = async () => {
  while (!(await (await fetch(`${url}/_fake/polled`)).json())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const ann = { id: 55, is_bot: false, first_name: "Ann" };
const chat = { id: 55, type: "private", first_name: "Ann" };
const bot = new Bot(token, { client: { apiRoot: url } });
const heard = [];
let told;
const when = (count) => new Promise((resolve) => { told = () => heard.length >= count && resolve(); told(); });
const note = (what) => { heard.push(what); told?.(); };
bot.command("why", async (context) => {
  const keyboard = new InlineKeyboard().text("Save", "save/2512.07197");
  const answer = await context.reply(`because of ${context.match}`, {
    reply_markup: keyboard, reply_parameters: { message_id: context.msg.message_id, allow_sending_without_reply: true } });
  note(`answered ${answer.message_id}`);
});
bot.callbackQuery("save/2512.07197", async (context) => {
  await context.answerCallbackQuery({ text: "Saved" });
  const edited = await context.editMessageText("saved");
  assert.equal(edited.text, "saved");
  assert.equal(edited.reply_markup, undefined);
  note(`saved by ${context.from.id}`);
});
bot.on("message:text", (context) => note(`said ${context.msg.text}`));
bot.catch((error) => { throw error.error; });
await api.setMyCommands([{ command: "why", description: "why it is here" }], { scope: { type: "all_group_chats" }, language_code: "zh" });
assert.deepEqual(await api.getMyCommands({ scope: { type: "all_group_chats" }, language_code: "zh" }),
  [{ command: "why", description: "why it is here" }]);
await refused(api.setMyCommands([{ command: "Why", description: "x" }]), 400, /BOT_COMMAND_INVALID/);

await api.setWebhook("https://paperboy.example/hooks/telegram", { secret_token: "aB0_-", max_connections: 4 });
assert.equal((await api.getWebhookInfo()).url, "https://paperboy.example/hooks/telegram");
await refused(api.getUpdates(), 409, /webhook is active/);
await refused(api.setWebhook("http://paperboy.example/"), 400, /HTTPS/);
const running = bot.start({ allowed_updates: ["message", "callback_query"] });  // removes the webhook, as grammY does
await polled();
const command = { message_id: 501, date: 1712345678, chat, from: ann, text: "/why this", entities: [{ type: "bot_command", offset: 0, length: 4 }] };
const first = await happen({ message: command });
await when(1);
const below = Number(heard[0].split(" ")[1]);
assert.equal(await happen({ edited_message: command }), 0, "this bot did not ask for edits");
await happen({ callback_query: { id: "77", from: ann, chat_instance: "-99", data: "save/2512.07197",
  message: { message_id: below, date: 1712345678, chat, text: "because of this" } } });
await when(2);
assert.equal(heard[1], "saved by 55");
await happen({ message: { message_id: 502, date: 1712345679, chat, from: ann, text: "hello" } });
await when(3);
assert.equal(heard[2], "said hello");
await refused(api.answerCallbackQuery("77"), 400, /query is too old/);
await refused(api.editMessageText(55, below, "saved"), 400, /message is not modified/);
await refused(api.editMessageText(55, 999999, "x"), 400, /message to edit not found/);
const shown = (await applied()).find((message) => message.message_id === below && message.destination === "55");
assert.equal(shown.text, "saved");
// grammY confirms the last batch when it stops.
await bot.stop();
await running;
assert.deepEqual(await api.getUpdates({ timeout: 0 }), []);
const last = await happen({ message: { message_id: 503, date: 1712345680, chat, from: ann, text: "later" } });
assert.equal(last, first + 3);
assert.equal((await api.getUpdates({ timeout: 0 }))[0].update_id, last);

// Two that poll: the one that waits is sent away.
await api.getUpdates({ offset: last + 1, timeout: 0 });
const waiting = api.getUpdates({ timeout: 30 });
await polled();
await Promise.all([refused(waiting, 409, /terminated by other getUpdates/), api.getUpdates({ timeout: 1 })]);
console.log("grammY and the fake agree");
