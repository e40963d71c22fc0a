#pragma once
// Recorded mailings as a source: papers in JSON Lines, played back by the day they were announced.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "daemon/flow/source.hpp"

namespace paperboy::app {

// Reads every *.jsonl, *.jsonl.gz and *.jsonl.zst of `folder` once and keeps the papers announced in [from, until).
// Throws Error where there are none. A mailing is given out when its feeds would have appeared (paper/calendar.hpp),
// one day a fetch.
class RecordedSource final : public flow::Source {
 public:
  RecordedSource(const std::filesystem::path& folder, Day from, Day until, const Clock& clock);

  const std::string& name() const override { return name_; }
  async::Awaitable<flow::Batch> fetch(std::string cursor) override;

  std::vector<Day> days() const;
  std::size_t papers() const;

 private:
  std::string name_ = "recorded";
  const Clock& clock_;
  std::map<Day, std::vector<paper::Paper>> mailings_;
};

// The first day any paper of `folder` was announced.
Day first_recorded_day(const std::filesystem::path& folder);

}  // namespace paperboy::app
