#pragma once
// Stage 0, beside the road of the papers: what people say to the bot is read, done and answered (daemon/README.md,
// "Life of a Command"). An event is a row of the inbox before anything else; its effect, its answer and its end are one
// transaction, so a crash at any moment means that it is done once.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/bot/answer.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/match/library.hpp"
#include "daemon/store/inbox.hpp"

namespace paperboy::flow {

struct BotSettings {
  // Who may speak to the bot besides people whose account it knows: "slack:T024BE7LH" (a workspace),
  // "matrix:example.org" (a homeserver), "telegram:-100123" (a place), "matrix:@ada:example.org" (an account),
  // "telegram:*".
  std::vector<std::string> allow;
  std::vector<std::string> admins;     // person ids
  std::string language = "en";         // with strangers
  std::string contact;                 // whom strangers may ask
  std::function<void()> ingest_now{};  // empty: there are no sources here
};

// The inbox of one channel.
class StoredInbox final : public Inbox {
 public:
  StoredInbox(Ground ground, std::string channel, const BotSettings& settings, async::Bell& said)
      : ground_(ground), channel_(std::move(channel)), settings_(settings), said_(said) {}

  async::Awaitable<> take(std::vector<Event> events, std::optional<std::string> position) override;
  async::Awaitable<std::string> position() override;
  async::Awaitable<bool> admits(std::string account, std::string workspace, std::string place) override;
  void refused(std::string_view reason) override;

 private:
  bool wanted(store::Tx& tx, const Event& event) const;

  Ground ground_;
  std::string channel_;
  const BotSettings& settings_;
  async::Bell& said_;
};

// Is the account, its workspace or the place on the list? Pure.
bool on_the_list(const BotSettings& settings, std::string_view channel, std::string_view account,
                 std::string_view workspace, std::string_view place);

class Bot {
 public:
  // Everything outlives the bot. `lookup` may be null: then papers that are not stored stay unknown.
  Bot(Ground ground, Lookup* lookup, Match& match, Digests& digests, const Composer& composer,
      const digest::Templates& templates, BotSettings settings);
  ~Bot();

  // Where the channel's events go; the same for every call with one name.
  Inbox& inbox(const std::string& channel);

  // Answers one event. The oldest one first, but several places at a time where several loops step.
  async::Awaitable<bool> step();
  async::Awaitable<> run();
  // Fetches the papers one event waits for, and answers it.
  async::Awaitable<bool> step_lookup();
  async::Awaitable<> run_lookups();
  // Takes some papers more into the library; says whether there were any.
  async::Awaitable<bool> step_library();
  async::Awaitable<> run_library();

 private:
  struct Question;
  struct Handled;
  struct Facts;

  async::Awaitable<bool> step_at(store::Waiting waiting);
  async::Awaitable<std::shared_ptr<Question>> read(store::InboxRow row);
  async::Awaitable<> handle(std::shared_ptr<Question> question);
  async::Awaitable<> handle_looked_up(std::shared_ptr<Question> question);
  async::Awaitable<> finish(std::shared_ptr<Question> question, Handled handled);

  async::Awaitable<Handled> dispatch(std::shared_ptr<Question> question);
  async::Awaitable<Handled> ask(std::shared_ptr<Question> question);
  async::Awaitable<Handled> ask_title(std::shared_ptr<Question> question);
  async::Awaitable<Handled> similar(std::shared_ptr<Question> question);
  async::Awaitable<Handled> search(std::shared_ptr<Question> question);
  async::Awaitable<Handled> follow(std::shared_ptr<Question> question);
  async::Awaitable<Handled> rate(std::shared_ptr<Question> question);
  async::Awaitable<Handled> digest_now(std::shared_ptr<Question> question);
  async::Awaitable<Handled> saved(std::shared_ptr<Question> question);
  Handled steer(const Question& question);
  Handled link(const Question& question);
  Handled administer(const Question& question);

  async::Awaitable<bot::PaperAnswer> about(std::shared_ptr<Question> question, paper::Paper paper, int version);
  async::Awaitable<std::vector<bot::Listed>> found_since(std::string query, std::vector<std::string> categories,
                                                         Day since, std::size_t& count);
  std::vector<store::ReplyRow> replies(const Question& question, const std::vector<bot::Answer>& answers, int step,
                                       Time now) const;
  std::optional<bot::Said> too_fast(const Question& question);

  Ground ground_;
  Lookup* lookup_;
  Match& match_;
  Digests& digests_;
  const Composer& composer_;
  const digest::Templates& templates_;
  BotSettings settings_;
  async::Bell said_, looking_;
  async::Worker worker_;  // its own: an answer does not wait for a digest that is being built
  std::map<std::string, std::unique_ptr<StoredInbox>> inboxes_;
  std::set<std::pair<std::string, std::string>> busy_;  // channel and place: one answer at a time
  std::map<std::string, Time> paces_;                   // of accounts and places: when the next word is in time (GCRA)
  std::shared_ptr<match::Library> library_;             // used on worker_ only
  std::int64_t library_seq_ = 0;
};

}  // namespace paperboy::flow
