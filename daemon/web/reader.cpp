#include "daemon/web/reader.hpp"

#include <algorithm>

#include "daemon/paper/id.hpp"
#include "daemon/store/archive.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::web {
namespace {

using Kind = paper::Choice::Kind;

bool holds(const std::vector<paper::Address>& list, const paper::Address& address) {
  return std::find(list.begin(), list.end(), address) != list.end();
}

void add_titles(store::Tx& tx, Reader& reader) {
  std::vector<paper::PaperId> ids;
  for (const paper::Choice& choice : reader.choices) {
    if (choice.kind != Kind::like && choice.kind != Kind::dislike && choice.kind != Kind::save) continue;
    if (auto id = paper::PaperId::from_canonical(choice.subject)) ids.push_back(std::move(*id));
  }
  for (const paper::PaperId& id : ids) {
    if (const auto paper = store::find_paper(tx, id)) reader.titles[id.str()] = paper->title;
  }
}

}  // namespace

std::string name_of(const paper::Address& address) {
  return address.channel + ":" + address.destination;
}

std::optional<Reader> read_reader(store::Tx& tx, std::string_view person, Time now) {
  std::optional<paper::Person> found = store::find_reader(tx, person);
  if (!found) return std::nullopt;
  Reader reader;
  reader.now = now;
  reader.today = paper::local_day(found->schedule.time_zone, now);
  reader.person = paper::as_of(std::move(*found), reader.today);
  reader.choices = store::choices_of(tx, person);
  add_titles(tx, reader);
  for (store::Suppression& closed : store::suppressions(tx)) {
    const paper::Address address{closed.channel, closed.destination};
    if (holds(reader.person.addresses, address)) reader.closed.emplace(name_of(address), std::move(closed));
  }
  for (const paper::Choice& choice : reader.choices) {
    const std::string_view subject = choice.subject;
    const std::size_t colon = subject.find(':');
    if (choice.kind != Kind::address || !subject.starts_with("drop ") || colon == subject.npos) continue;
    paper::Address address{std::string(subject.substr(5, colon - 5)), std::string(subject.substr(colon + 1))};
    const bool used = holds(reader.person.addresses, address) || holds(reader.dropped, address);
    if (!used) reader.dropped.push_back(std::move(address));
  }
  return reader;
}

}  // namespace paperboy::web
