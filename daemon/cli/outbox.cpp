// paperboy outbox: what is to be sent, what was not, and why; and a person's word about it.
#include <CLI/CLI.hpp>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/outbox_admin.hpp"

namespace paperboy::cli {
namespace {

namespace json = boost::json;
using store::DeliveryInfo;

const std::vector<std::string> states{"queued", "sending", "ambiguous", "sent", "dead", "cancelled", "expired"};

struct Options {
  store::DeliveryFilter filter;
  std::string database, id, address;
  bool as_json = false;
};

json::value when(const std::optional<Time>& time) {
  return time ? json::value(format_rfc3339(*time)) : json::value(nullptr);
}

json::object to_json(const DeliveryInfo& info) {
  return {{"id", info.id},
          {"state", info.held ? "held" : info.state},
          {"person", info.person},
          {"channel", info.channel},
          {"destination", info.destination},
          {"part", info.part},
          {"parts", info.parts},
          {"title", info.title},
          {"attempts", info.attempts},
          {"sends", info.sends},
          {"suspected_duplicates", info.doubts},
          {"created_at", format_rfc3339(info.created_at)},
          {"next_at", info.state == "queued" && !info.held ? when(info.next_at) : json::value(nullptr)},
          {"expires_at", when(info.expires_at)},
          {"finalized_at", when(info.finalized_at)},
          {"provider_key", info.provider_key},
          {"provider_ref", info.provider_ref},
          {"last_error", info.last_error}};
}

std::string what_next(const DeliveryInfo& info, Time now) {
  if (info.held) return "held: 'paperboy outbox retry' sends it, 'drop' does not";
  if (info.state == "queued" && info.next_at > now) return "tried again in " + format_duration(info.next_at - now);
  if (info.state == "queued") return "waits for its turn";
  if (info.doubts > 0) return "may have been sent " + std::to_string(info.doubts + 1) + " times";
  return "";
}

void print(const DeliveryInfo& info, Time now) {
  std::cout << info.id << "  " << (info.held ? "held" : info.state) << "  " << info.channel << " " << info.destination
            << "\n  " << info.person << ": " << (info.title.empty() ? "(an answer of the bot)" : info.title);
  if (info.parts > 1) std::cout << " (" << info.part << "/" << info.parts << ")";
  std::cout << ", " << format_duration(now - info.created_at) << " old";
  if (info.sends > 0) std::cout << ", sent " << info.sends << (info.sends == 1 ? " time" : " times");
  std::cout << "\n";
  if (!info.last_error.empty()) std::cout << text::wrap(info.last_error, 100, "  ") << "\n";
  if (const std::string next = what_next(info, now); !next.empty()) std::cout << "  " << next << "\n";
}

int list(const Options& options, store::Database& database, Time now) {
  const auto found = database.read_blocking([&](store::Tx& tx) { return store::list_deliveries(tx, options.filter); });
  if (options.as_json) {
    json::array all;
    for (const DeliveryInfo& info : found) all.push_back(to_json(info));
    std::cout << json::serialize(all) << "\n";
    return 0;
  }
  for (const DeliveryInfo& info : found) print(info, now);
  if (found.empty()) {
    std::cout << (options.filter.states.empty() ? "Everything was sent.\n" : "There is no such message.\n");
  }
  const auto stopped = database.read_blocking([](store::Tx& tx) { return store::suppressions(tx); });
  if (!stopped.empty()) std::cout << "\nNothing is sent to these ('paperboy outbox release CHANNEL:DESTINATION'):\n";
  for (const store::Suppression& one : stopped) {
    std::cout << "  " << one.channel << ":" << one.destination << "  since " << format_rfc3339(one.since) << "  "
              << one.code << " " << one.detail << "\n";
  }
  return 0;
}

// The one delivery that `id` means.
DeliveryInfo only(store::Database& database, const std::string& id) {
  const auto found = database.read_blocking([&](store::Tx& tx) { return store::deliveries_like(tx, id); });
  if (found.empty()) throw Error("there is no message '" + id + "' ('paperboy outbox list' shows them)");
  if (found.size() > 1) {
    throw Error("'" + id + "' may be " + found[0].id + " or " + found[1].id + "; write more of it");
  }
  return found[0];
}

int show(const Options& options, store::Database& database, Time now) {
  const DeliveryInfo info = only(database, options.id);
  const auto attempts = database.read_blocking([&](store::Tx& tx) { return store::attempts_of(tx, info.id); });
  const std::string payload = database.read_blocking([&](store::Tx& tx) { return store::payload_of(tx, info.id); });
  if (options.as_json) {
    json::object all = to_json(info);
    json::array log;
    for (const store::AttemptInfo& attempt : attempts) {
      log.push_back({{"n", attempt.n},
                     {"started_at", when(attempt.started_at)},
                     {"ended_at", format_rfc3339(attempt.ended_at)},
                     {"outcome", attempt.outcome},
                     {"code", attempt.code},
                     {"detail", attempt.detail},
                     {"provider_ref", attempt.provider_ref}});
    }
    all["attempt_log"] = std::move(log);
    all["payload"] = payload;
    std::cout << json::serialize(all) << "\n";
    return 0;
  }
  print(info, now);
  std::cout << "  key     " << info.provider_key << "\n";
  if (!info.provider_ref.empty()) std::cout << "  known there as " << info.provider_ref << "\n";
  for (const store::AttemptInfo& attempt : attempts) {
    std::cout << "  " << format_rfc3339(attempt.ended_at) << "  " << attempt.outcome << "  " << attempt.code << "  "
              << attempt.detail << "\n";
  }
  std::cout << "\n" << payload << (payload.ends_with('\n') ? "" : "\n");
  return 0;
}

using Change = bool (*)(store::Tx&, std::string_view, Time);

int change(const Options& options, store::Database& database, Time now, Change what, const std::string& done) {
  const DeliveryInfo info = only(database, options.id);
  const bool changed = database.transact_blocking([&](store::Tx& tx) { return what(tx, info.id, now); });
  if (!changed) {
    throw Error(info.id + " is " + info.state +
                ", so that cannot be done to it, or nothing is sent to its destination " +
                "(see 'paperboy outbox list')");
  }
  std::cout << info.id << " " << done << "\n";
  return 0;
}

int shape(const Options& options, store::Database& database, Time now) {
  using namespace std::chrono_literals;
  static constexpr std::array<Duration, 8> bounds{5min, 10min, 20min, 40min, 80min, 160min, 320min, 640min};
  const auto shapes = database.read_blocking([&](store::Tx& tx) { return store::outbox_shape(tx, bounds, now); });
  if (options.as_json) {
    json::array all;
    for (const store::Shape& row : shapes) {
      json::array messages(row.messages.begin(), row.messages.end());
      all.push_back({{"channel", row.channel}, {"domain", row.domain}, {"messages", std::move(messages)}});
    }
    std::cout << json::serialize(all) << "\n";
    return 0;
  }
  const auto column = [](const std::string& text) {
    return std::string(text.size() < 7 ? 7 - text.size() : 1, ' ') + text;
  };
  std::size_t width = 12;
  for (const store::Shape& row : shapes) {
    width = std::max(width, text::display_width(row.channel) + 1 + text::display_width(row.domain));
  }
  std::string head(width, ' ');
  head += column("all");
  for (const Duration bound : bounds) {
    head += column(std::to_string(std::chrono::duration_cast<std::chrono::minutes>(bound).count()) + "m");
  }
  std::cout << head << column("640m+") << "\n";
  for (const store::Shape& row : shapes) {
    const std::string name = row.channel + " " + row.domain;
    std::int64_t all = 0;
    std::string cells;
    for (const std::int64_t n : row.messages) {
      all += n;
      cells += column(n == 0 ? "." : std::to_string(n));
    }
    std::cout << name << std::string(width - text::display_width(name), ' ') << column(std::to_string(all)) << cells
              << "\n";
  }
  if (shapes.empty()) std::cout << "Nothing waits.\n";
  return 0;
}

int release(const Options& options, store::Database& database) {
  const std::size_t colon = options.address.find(':');
  if (colon == std::string::npos)
    throw UsageError("'" + options.address + "' is no address; write CHANNEL:DESTINATION");
  const std::string channel = options.address.substr(0, colon), destination = options.address.substr(colon + 1);
  const bool released =
      database.transact_blocking([&](store::Tx& tx) { return store::release(tx, channel, destination); });
  if (!released) throw Error("nothing is stopped for " + options.address + " ('paperboy outbox list' shows what is)");
  std::cout << options.address << " gets messages again, from the next one on\n";
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.require_subcommand(1);
  const auto sub = [&](const char* name, const char* what) {
    CLI::App* made = command.add_subcommand(name, what);
    add_database_option(*made, options->database);
    return made;
  };
  const auto with_json = [&](CLI::App* made) {
    made->add_flag("--json", options->as_json, "for programs");
    return made;
  };
  const auto with_id = [&](CLI::App* made) {
    made->add_option("ID", options->id, "the message; as much of its id as is needed")->required();
    return made;
  };
  CLI::App* lists = with_json(sub("list", "messages that were not sent, newest first"));
  lists->add_option("--state", options->filter.states, "of these states only: " + text::join(states, ", "))
      ->type_name("STATE")
      ->check(CLI::IsMember(states));
  lists->add_option("--channel", options->filter.channel, "of this channel only")->type_name("NAME");
  lists->add_option("--person", options->filter.person, "of this person only")->type_name("NAME");
  lists->add_option("--limit", options->filter.limit, "at most so many (default: 50)")->check(CLI::Range(1, 100000));
  CLI::App* shows = with_id(with_json(sub("show", "one message: its bytes and every attempt")));
  CLI::App* retries = with_id(sub("retry", "send it now, however it ended"));
  CLI::App* holds = with_id(sub("hold", "keep it until somebody says retry or drop"));
  CLI::App* drops = with_id(sub("drop", "do not send it"));
  CLI::App* shapes = with_json(sub("shape", "what waits, by destination and age"));
  CLI::App* releases = sub("release", "send again to a destination that refused everything");
  releases->add_option("ADDRESS", options->address, "CHANNEL:DESTINATION")->required();
  command.footer(
      "The daemon may run meanwhile; it takes up a change within some seconds.\n\n"
      "Examples: paperboy outbox list --state dead\n"
      "          paperboy outbox show 0190a3\n"
      "          paperboy outbox retry 0190a3\n");
  return [=](const Context& context) {
    const std::filesystem::path file = store_file(options->database, context);
    if (!std::filesystem::exists(file)) throw Error("there is no store at " + file.string());
    store::Database database(store::open_sqlite(file));
    const Time now = SystemClock().now();
    if (lists->parsed()) return list(*options, database, now);
    if (shows->parsed()) return show(*options, database, now);
    if (retries->parsed()) return change(*options, database, now, &store::retry_delivery, "is sent now");
    if (holds->parsed()) return change(*options, database, now, &store::hold_delivery, "is held");
    if (drops->parsed()) return change(*options, database, now, &store::drop_delivery, "is not sent");
    if (releases->parsed()) return release(*options, database);
    if (shapes->parsed()) return shape(*options, database, now);
    return 2;
  };
}

}  // namespace

extern const Verb outbox_verb;
const Verb outbox_verb{"outbox", Group::daily, "see and steer what is to be sent", &setup};

}  // namespace paperboy::cli
