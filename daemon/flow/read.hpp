#pragma once
// Reading ahead: a model is asked about the papers that would be in a digest, before it is due. The digest is built at
// its time with what is on the shelf by then (shelf.hpp) and never waits: no model can delay or empty one.
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/flow/reader.hpp"
#include "daemon/flow/shelf.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/flow/text_source.hpp"

namespace paperboy::flow {

class Readings {
 public:
  // Analyses and ratings begin this long before a digest is due, its overview later, when the selection is nearly sure.
  static constexpr Duration ahead = std::chrono::hours(12);
  static constexpr Duration overview_ahead = std::chrono::hours(2);

  // `texts` may be null: then papers are read by their abstracts.
  Readings(Ground ground, Reader& reader, const Shelf& shelf, TextSource* texts)
      : ground_(ground), reader_(reader), shelf_(shelf), texts_(texts) {}

  // Asks the next question, of those whose digest is due first; false if there is none or nothing may be asked now.
  async::Awaitable<bool> step();
  // One of reader.concurrency() loops.
  async::Awaitable<> run();

  // Asks everything about one paper that a digest in `language` would have, whoever may get it; within the day's
  // budget. False, with the reason in `why`, if nothing could be asked.
  async::Awaitable<bool> read_now(paper::Paper paper, std::string language, std::string& why);

  // Until when nothing is asked for a person's digests; in the past if they are read for.
  Time silent_until(const std::string& person) const;

  // Why nothing is asked at present; empty if nothing is in the way.
  std::string paused(Time now) const { return now < paused_until_ ? paused_why_ : std::string(); }

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;

  async::Awaitable<bool> take();
  async::Awaitable<> plan(bool all);
  async::Awaitable<> plan_for(paper::Person person, std::optional<Time> due);
  async::Awaitable<> work(JobPtr job);
  async::Awaitable<> compose(JobPtr job);
  bool affordable(const Job& job, const store::Spent& all, const store::Spent& own);
  void check_reply(Job& job) const;
  void settle_in(store::Tx& tx, const Job& job, Time now) const;
  void trouble(Job& job, Time now);
  void count(const Job& job);
  void pause(Time until, std::string why);

  Ground ground_;
  Reader& reader_;
  const Shelf& shelf_;
  TextSource* texts_;
  int jobs_made_ = 0;
  std::deque<JobPtr> jobs_;  // to do, the one for what is due next first
  std::set<store::ReadingKey> under_way_;
  std::map<store::ReadingKey, int> lost_;      // questions that got no answer, by how often
  std::map<store::ReadingKey, Time> put_off_;  // questions whose text may be had from then on
  std::map<std::string, Day> over_budget_;     // people who had their day's part
  store::Spent reserved_;                      // for what is under way
  bool planning_ = false;
  Time planned_at_{};
  int straight_failures_ = 0;
  Time paused_until_{};
  std::string paused_why_;
};

}  // namespace paperboy::flow
