#include "daemon/app/recorded_source.hpp"

#include <algorithm>
#include <functional>

#include "daemon/base/input_file.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/calendar.hpp"
#include "integrations/arxiv/jsonl.hpp"

namespace paperboy::app {
namespace {

namespace fs = std::filesystem;

constexpr auto old_paper = std::chrono::days(60);

std::vector<fs::path> recordings(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Error(folder.string() + " is no folder; name one that holds recorded mailings (*.jsonl)");
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename();
    const bool wanted = file.ends_with(".jsonl") || file.ends_with(".jsonl.gz") || file.ends_with(".jsonl.zst");
    if (wanted) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) throw Error(folder.string() + " holds no *.jsonl, *.jsonl.gz or *.jsonl.zst");
  return files;
}

void each_announced(const fs::path& folder, const std::function<void(paper::Paper)>& each) {
  for (const fs::path& file : recordings(folder)) {
    InputFile input(file);
    std::string line;
    while (input.read_line(line)) {
      if (line.find("\"announced\"") == std::string::npos) continue;
      integrations::arxiv::JsonLine parsed = integrations::arxiv::parse_json_line(line);
      if (parsed.paper && parsed.paper->announced) each(std::move(*parsed.paper));
    }
  }
}

// A paper that was first submitted long before the mailing was in it as a replacement.
bool is_replacement(const paper::Paper& paper, Day day) {
  return paper.version > 1 || (paper.published && *paper.published + old_paper < day);
}

flow::Batch mailing(const std::string& source, Day day, const std::vector<paper::Paper>& papers) {
  flow::Batch batch;
  batch.papers = papers;
  std::map<std::string, int> listed;
  for (const paper::Paper& paper : papers) {
    const bool replaced = is_replacement(paper, day);
    for (std::size_t i = 0; i < paper.categories.size(); ++i) {
      using Kind = paper::AnnounceKind;
      const Kind kind = i == 0 ? (replaced ? Kind::replacement : Kind::new_paper)
                               : (replaced ? Kind::replacement_cross : Kind::cross_list);
      batch.announcements.push_back({paper.id, paper.version, paper.categories[i], day, kind});
      ++listed[paper.categories[i]];
    }
  }
  for (const auto& [category, count] : listed) {
    batch.ledger.push_back({source, category, day, paper::LedgerState::complete, count, count, ""});
  }
  batch.cursor = format_day(day);
  return batch;
}

}  // namespace

RecordedSource::RecordedSource(const fs::path& folder, Day from, Day until, const Clock& clock) : clock_(clock) {
  each_announced(folder, [&](paper::Paper paper) {
    const Day day = *paper.announced;
    if (day >= from && day < until) mailings_[day].push_back(std::move(paper));
  });
  if (mailings_.empty()) {
    throw Error(folder.string() + " holds no paper announced from " + format_day(from) + " until " + format_day(until));
  }
}

async::Awaitable<flow::Batch> RecordedSource::fetch(std::string cursor) {
  const std::optional<Day> last = parse_day(cursor);
  auto next = last ? mailings_.upper_bound(*last) : mailings_.begin();
  const auto feeds_at = [](Day day) { return paper::AnnouncementCalendar::arxiv().feeds_at(day); };
  flow::Batch batch;
  batch.cursor = cursor;
  if (next != mailings_.end() && feeds_at(next->first) <= clock_.now()) {
    batch = mailing(name_, next->first, next->second);
    ++next;
  }
  batch.next_at = next == mailings_.end() ? Time::max() : feeds_at(next->first);
  co_return batch;
}

std::vector<Day> RecordedSource::days() const {
  std::vector<Day> days;
  for (const auto& [day, papers] : mailings_) days.push_back(day);
  return days;
}

std::size_t RecordedSource::papers() const {
  std::size_t count = 0;
  for (const auto& [day, papers] : mailings_) count += papers.size();
  return count;
}

Day first_recorded_day(const fs::path& folder) {
  std::optional<Day> first;
  each_announced(folder, [&](const paper::Paper& paper) {
    first = first ? std::min(*first, *paper.announced) : *paper.announced;
  });
  if (!first) throw Error(folder.string() + " holds no paper with a day of announcement");
  return *first;
}

}  // namespace paperboy::app
