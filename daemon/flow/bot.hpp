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

#include "daemon/async/nursery.hpp"
#include "daemon/bot/answer.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/match/library.hpp"
#include "daemon/match/trial.hpp"
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
  bool unhurried = true;               // who says too much in a short time is asked to slow down
  bool citations = false;              // how often papers are cited is shown, where it is known
  std::function<void()> ingest_now{};  // empty: there are no sources here
};

// The inbox of one channel.
class StoredInbox final : public Inbox {
 public:
  StoredInbox(Ground ground, std::string channel, const BotSettings& settings, std::function<void()> ring)
      : ground_(ground), channel_(std::move(channel)), settings_(settings), ring_(std::move(ring)) {}

  async::Awaitable<> take(std::vector<Event> events, std::optional<std::string> position) override;
  async::Awaitable<std::string> position() override;
  async::Awaitable<bool> admits(std::string account, std::string workspace, std::string place) override;
  void refused(std::string_view reason) override;
  std::vector<Verb> verbs(std::string_view language) const override;

 private:
  bool wanted(store::Tx& tx, const Event& event) const;

  Ground ground_;
  std::string channel_;
  const BotSettings& settings_;
  std::function<void()> ring_;  // something was committed
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

  // Answers one event, the oldest of a place that is not being answered.
  async::Awaitable<bool> step();
  // Fetches the papers that one event waits for, and answers it.
  async::Awaitable<bool> step_lookup();
  // Takes some papers more into the library; says whether there were any.
  async::Awaitable<bool> step_library();
  // All of it, for good, several places at a time.
  void start(async::Nursery& nursery);

  struct Question;
  struct Handled;

 private:
  using Asked = std::shared_ptr<Question>;

  async::Awaitable<> run_answers(async::Bell& bell);
  async::Awaitable<> run_lookups();
  async::Awaitable<> run_library();
  async::Awaitable<bool> step_at(store::Waiting waiting);
  async::Awaitable<Asked> read(store::InboxRow row, store::Waiting waiting);
  async::Awaitable<Handled> answer(Asked asked, store::Waiting waiting);
  void understand(Question& question) const;
  static void complete(Question& question, const std::vector<std::string>& talked_about);
  async::Awaitable<Handled> handle(Asked asked);
  async::Awaitable<Handled> answer_looked_up(Asked asked);
  async::Awaitable<> finish(Asked asked, Handled handled);
  std::vector<store::ReplyRow> compose(const Question& question, const Handled& handled) const;
  bool too_fast(const Question& question, bool& say_so);

  // bot_ask.cpp: about papers.
  async::Awaitable<Handled> ask(Asked asked);
  async::Awaitable<Handled> ask_title(Asked asked);
  async::Awaitable<Handled> similar(Asked asked);
  async::Awaitable<Handled> search(Asked asked);
  async::Awaitable<Handled> saved(Asked asked);
  using Known = std::vector<std::optional<paper::Paper>>;
  async::Awaitable<Known> stored(std::vector<paper::VersionedId> ids);
  // Fetches and stores them; why they could not be asked for, if so.
  async::Awaitable<std::string> look_up(std::vector<paper::VersionedId> ids);
  async::Awaitable<bot::PaperAnswer> about(Asked asked, paper::Paper paper, int version);
  async::Awaitable<std::vector<bot::Listed>> like(paper::Paper paper, std::size_t most);
  async::Awaitable<Handled> test(Asked asked);
  // What the topic would have brought since then. Throws match::QueryError.
  async::Awaitable<match::TrialReport> tried(Asked asked, paper::Topic topic, Day since, match::TrialLimits limits);

  // bot_steer.cpp: what people want from now on, and what administrators may.
  async::Awaitable<Handled> follow(Asked asked);
  async::Awaitable<Handled> rate(Asked asked);
  // `trouble`: why some could not be looked up.
  async::Awaitable<Handled> rate(Asked asked, Known known, std::string trouble);
  async::Awaitable<Handled> learned(Asked asked);
  async::Awaitable<Handled> digest_now(Asked asked);
  Handled steer(Asked asked);
  Handled gone(Asked asked);
  Handled choose(Asked asked, std::vector<paper::Choice> choices, bot::Said said, std::string about = "");
  Handled about_topic(Asked asked);
  Handled own_record(Asked asked);
  Handled link(Asked asked);
  Handled administer(Asked asked);

  struct Pace {
    Time arrival{};  // of the generic cell rate algorithm
    Time told{};     // when the speaker was asked to slow down
  };

  Ground ground_;
  Lookup* lookup_;
  Match& match_;
  Digests& digests_;
  const Composer& composer_;
  const digest::Templates& templates_;
  BotSettings settings_;
  std::vector<std::unique_ptr<async::Bell>> bells_;  // of each loop
  async::Bell looking_;
  async::Worker worker_;  // its own: an answer does not wait for a digest that is being built
  std::map<std::string, std::unique_ptr<StoredInbox>> inboxes_;
  std::set<std::pair<std::string, std::string>> busy_;  // channel and place: one answer at a time
  std::map<std::string, Pace> paces_;                   // of accounts and places
  std::unique_ptr<match::Library> library_;             // used on worker_ only
  std::int64_t newest_seq_ = 0, oldest_seq_ = 0;        // of the papers in it
};

}  // namespace paperboy::flow
