// Any bytes as what somebody wrote to the bot, as a file sent to it and as a button's action: a command whose parts are
// what their stages rely on, or words that say what is wrong.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/match/query.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace {

using namespace paperboy;
using Kind = bot::Command::Kind;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const bot::Command& command, Day today) {
  std::set<paper::PaperId> seen;
  for (const paper::VersionedId& id : command.papers) {
    require(seen.insert(id.id).second);
    require(paper::PaperId::from_canonical(id.id.str()) == id.id);
  }
  require(command.papers.size() <= bot::most_papers);
  for (const std::string& category : command.categories) require(paper::known_group(category));
  require(text::sanitize(command.text) == command.text);
  require(text::sanitize(command.name) == command.name);
  if (command.until) require(*command.until > today);
  if (command.since) require(*command.since <= today);
  if (command.schedule && !command.schedule->time_zone.empty())
    require(paper::known_time_zone(command.schedule->time_zone));
  switch (command.kind) {
    case Kind::ask:
    case Kind::why:
    case Kind::abstract:
    case Kind::cite:
    case Kind::similar:
    case Kind::more:
    case Kind::less:
    case Kind::save:
    case Kind::like:
      require(!command.papers.empty());
      break;
    case Kind::follow:
      require(!command.name.empty());
      require(!command.text.empty() || !command.categories.empty());
      if (!command.text.empty()) match::parse(command.text);
      break;
    case Kind::search:
      match::parse(command.text);
      break;
    case Kind::ask_title:
    case Kind::follow_author:
    case Kind::mute:
    case Kind::unmute:
    case Kind::unfollow:
    case Kind::language:
      require(!command.text.empty());
      break;
    case Kind::digest_at:
      require(command.schedule.has_value());
      break;
    case Kind::unclear:
      require(command.problem.empty() == (command.column == 0));
      require(command.column <= text::count_code_points(command.text) + 1);
      break;
    default:
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Day today = *parse_day("2026-11-24");
  check(bot::parse(text, today), today);
  check(bot::parse("import", today, {std::string(text)}), today);
  if (const auto command = bot::parse_action(text)) check(*command, today);
  require(bot::names_a_paper(text) == !bot::papers_in(text).empty());
  return 0;
}
