#pragma once
// A strict Bot API server (10.3): sendMessage, sendRichMessage, getMe, over GET and POST with JSON, form and query
// parameters. It reads Telegram's HTML as tdlib does, offsets of errors in bytes, lengths of entities in UTF-16 units,
// and says what the real server says. Stricter than it in two things: a parameter it does not know is refused, and what
// the real one would drop silently (entities beyond 100) is told in applied().
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/provider.hpp"

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

  explicit FakeTelegram(boost::asio::io_context& loop, unsigned short port = 0) : Provider(loop, port) {}

  // A server older than 10.1: sendRichMessage is not found.
  void know_rich(bool known) { rich_ = known; }
  // At most `messages` to one chat in any `window`; more get 429 with the whole seconds left.
  void limit(int messages, Duration window) {
    limit_ = messages;
    window_ = window;
  }

 protected:
  Answer answer(const HttpRequest& request) override;

 private:
  Answer call(const std::string& method, const boost::json::object& parameters);
  Answer send(const std::string& method, const boost::json::object& parameters);
  std::optional<Answer> over_limit(std::int64_t chat);

  bool rich_ = true;
  int limit_ = 0;
  Duration window_{};
  std::map<std::int64_t, std::deque<std::chrono::steady_clock::time_point>> sent_;
  std::int64_t next_message_ = 1;
};

}  // namespace paperboy::test
