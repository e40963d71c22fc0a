#pragma once
// A strict Bot API server (10.3): sendMessage, sendRichMessage, editMessageText, getMe, getUpdates, setWebhook,
// deleteWebhook, getWebhookInfo, answerCallbackQuery, setMyCommands, getMyCommands, getFile and files, over GET and
// POST with JSON, form and query parameters. It reads Telegram's HTML as tdlib does, offsets of errors in bytes,
// lengths of entities in UTF-16 units, and says what the real server says. Stricter than it in two things: a parameter
// it does not know is refused, and what the real one would drop silently (entities beyond 100) is told in applied().
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/async/bell.hpp"
#include "daemon/net/client.hpp"
#include "tests/support/provider.hpp"
#include "tests/support/telegram_queue.hpp"

namespace paperboy::test {

// --- text as the server takes it; usable without a server

struct TelegramEntity {
  std::string type;                    // bold, text_link, mention, ...
  std::size_t offset = 0, length = 0;  // UTF-16 units
  std::string url;
};
struct TelegramText {
  std::string text;  // trimmed
  std::vector<TelegramEntity> entities;
  std::string error;  // "can't parse entities: ..."; then the rest is empty
};
// parse_mode HTML.
TelegramText parse_telegram_html(const std::string& html);
// What the server makes of sendMessage's text with parse_mode or entities.
TelegramText read_telegram_text(const boost::json::object& parameters);
// The parameters of sendMessage or sendRichMessage but for the chat: the description of the error, or nothing.
std::optional<std::string> check_telegram_message(const std::string& method, const boost::json::object& parameters);
// What a reader sees of them: markup removed, and so the word joiners, which have no width.
std::string telegram_text(const std::string& method, const boost::json::object& parameters);

// --- the server

// Chats: ann (a person who pressed Start), lab (a group that became a supergroup), forum (a supergroup with the topics
// 42 and, closed, 43), channel (@paperboy_news), and those that refuse: see refusals in fake_telegram.cpp.
class FakeTelegram : public Provider {
 public:
  static constexpr const char* token = "1234567890:AAFakeTokenOfPaperboysTestsOnly_0-9xyz";
  static constexpr std::int64_t ann = 55, ben = 56, lab = -4321, lab_now = -1004321432143, forum = -1001234567890;
  static constexpr std::int64_t channel = -1009876543210;
  static constexpr const char* channel_name = "@paperboy_news";
  static constexpr std::int64_t blocker = 403001, stranger = 403002, deleted = 403003;            // 403
  static constexpr std::int64_t left_group = -1004030000001, kicked_channel = -1004030000002;     // 403
  static constexpr std::int64_t mute_channel = -1004000000001, read_only_group = -1004000000002;  // 400

  static constexpr std::int64_t bot = 1234567890;
  static constexpr const char* bot_name = "paperboy_test_bot";

  explicit FakeTelegram(boost::asio::io_context& loop, unsigned short port = 0);

  // A server older than 10.1: sendRichMessage is not found.
  void know_rich(bool known) { rich_ = known; }
  // At most `messages` to one chat in any `window`; more get 429 with the whole seconds left.
  void limit(int messages, Duration window) {
    limit_ = messages;
    window_ = window;
  }

  // --- what happens in the chats
  // For tests in other processes: POST /_fake/update with {"message": ...} and the like is answered with {"update_id":
  // 0 if nobody wants to know of it}, GET /_fake/polled with whether somebody polls.

  // An update without its id goes into the queue, and to whoever polls.
  std::int64_t happen(boost::json::object update);
  // Somebody writes: names and commands in it become entities. `more`: further fields of the message.
  std::int64_t say(std::int64_t chat, std::int64_t person, const std::string& text, boost::json::object more = {});
  // Somebody presses a button under a message.
  std::int64_t press(std::int64_t chat, std::int64_t person, std::int64_t message, const std::string& data);
  // Gives the id of a file that a message may name.
  std::string put_file(const std::string& path, std::string content);
  TelegramQueue& queue() { return queue_; }
  void forget_callbacks() { callbacks_.clear(); }  // they are too old now

  // Addresses of webhooks need not be https (a server of one's own, --local).
  void be_local(bool local) { local_ = local; }
  // Posts what is queued to the webhook, in order, until one is not acknowledged. The statuses of the answers.
  async::Awaitable<> post_updates(net::Client& client, std::vector<int>& statuses);

  // What was done besides messages: answered presses, commands, confirmed offsets.
  const std::vector<std::string>& answered() const { return answered_; }
  const std::map<std::string, boost::json::array>& commands() const { return commands_; }  // by "scope/language"
  const boost::json::object& webhook() const { return webhook_; }           // the parameters of setWebhook; empty: none
  const std::vector<boost::json::object>& polls() const { return polls_; }  // the parameters of getUpdates
  bool is_polled() const { return waiting_ != nullptr; }

 protected:
  Answer answer(const HttpRequest& request) override;
  async::Awaitable<> before_answer(const HttpRequest& request) override;
  Answer control(const HttpRequest& request) override;

 private:
  struct LongPoll {
    const HttpRequest* request;
    async::Bell bell;
  };
  struct Message {
    boost::json::object shown;  // as it was answered
    std::size_t entry = 0;      // of applied_
  };

  Answer call(const std::string& method, const boost::json::object& parameters);
  Answer send(const std::string& method, const boost::json::object& parameters);
  Answer edit(const boost::json::object& parameters);
  Answer get_updates(const boost::json::object& parameters);
  Answer set_webhook(const boost::json::object& parameters);
  Answer webhook_info() const;
  Answer answer_callback(const boost::json::object& parameters);
  Answer set_commands(const boost::json::object& parameters);
  Answer get_file(const boost::json::object& parameters) const;
  std::optional<Answer> over_limit(std::int64_t chat);

  bool rich_ = true;
  int limit_ = 0;
  Duration window_{};
  std::map<std::int64_t, std::deque<std::chrono::steady_clock::time_point>> sent_;
  std::int64_t next_message_ = 1;
  std::map<std::pair<std::int64_t, std::int64_t>, Message> messages_;  // by chat and number: the bot's own
  std::set<std::pair<std::int64_t, std::int64_t>> others_;             // of people

  TelegramQueue queue_;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<LongPoll> waiting_;
  std::set<const HttpRequest*> terminated_;  // by a later one
  bool local_ = false;
  boost::json::object webhook_;
  std::string webhook_error_;
  std::set<std::string, std::less<>> callbacks_;  // not answered yet
  std::int64_t next_callback_ = 4382;
  std::map<std::string, std::string> files_;  // path -> content; the id is "file-" and the path
  std::vector<std::string> answered_;
  std::vector<boost::json::object> polls_;
  std::map<std::string, boost::json::array> commands_;
};

}  // namespace paperboy::test
