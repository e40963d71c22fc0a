#pragma once
// A workspace as Slack's Web API shows it to an app: refuses what Slack refuses, in Slack's words.
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "tests/support/provider.hpp"

namespace paperboy::test {

class FakeSlack final : public Provider {
 public:
  static constexpr std::string_view token = "xoxb-100-200-fake";
  // Conversations: public with and without the bot, archived, private.
  static constexpr std::string_view papers = "C0PAPERS01";  // #papers
  static constexpr std::string_view random = "C0RANDOM01";  // #random, the bot is not in it
  static constexpr std::string_view old = "C0OLDNEWS1";     // #old, archived
  static constexpr std::string_view secret = "G0SECRET01";
  // Members: ada has a mail address, bob's account is switched off.
  static constexpr std::string_view ada = "U0ADA00001", ada_mail = "ada@example.org";
  static constexpr std::string_view bob = "U0BOB00001", bob_mail = "bob@example.org";

  explicit FakeSlack(boost::asio::io_context& loop, unsigned short port = 0);

  std::string api_url() const { return url("/api"); }

  // What the app may do; taken away by tests.
  std::set<std::string, std::less<>> scopes;
  // Posts to one conversation must be this far apart, else 429 with Retry-After; zero: as they come.
  Duration pace{};
  bool refuse_blocks = false;  // a Slack that has grown stricter
  std::function<Time()> clock;

  // What chat.postMessage says about arguments, blocks included: "" if nothing is wrong with them, else the error.
  static std::string check_message(const boost::json::object& arguments, std::vector<std::string>& messages);
  // A message as a reader sees it.
  static std::string shown(const boost::json::object& message);

 protected:
  Answer answer(const HttpRequest& request) override;

 private:
  struct Conversation {
    std::string name;  // empty: a direct message or a private channel
    bool member = true, archived = false;
    std::vector<boost::json::object> messages;  // oldest first
    Time last_post{};
  };
  using Method = Answer (FakeSlack::*)(const boost::json::object&);
  Answer refuse(std::string error, std::vector<std::string> messages = {}) const;
  Answer need(const std::string& scope) const;
  Conversation* conversation(const std::string& id, bool by_name);
  std::string id_of(const Conversation& conversation) const;
  std::string next_ts();
  Answer auth_test(const boost::json::object& arguments);
  Answer post_message(const boost::json::object& arguments);
  Answer open(const boost::json::object& arguments);
  Answer lookup_by_email(const boost::json::object& arguments);
  Answer history(const boost::json::object& arguments);
  Answer replies(const boost::json::object& arguments);
  Answer read_messages(const boost::json::object& arguments, bool thread);

  std::map<std::string, Conversation, std::less<>> conversations_;
  std::map<std::string, std::string, std::less<>> direct_;  // by user
  std::int64_t last_ts_ = 0;                                // microseconds
};

}  // namespace paperboy::test
