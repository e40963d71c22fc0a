#include "daemon/flow/composer.hpp"

#include <algorithm>

#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::flow {
namespace {

constexpr int digest_priority = 10;
constexpr int notice_priority = 5;
constexpr int reply_priority = 0;
constexpr Duration reply_lifetime = std::chrono::hours(1);  // nobody waits longer for an answer
constexpr std::string_view notice_kind = "undelivered";

}  // namespace

std::vector<store::NewDelivery> Composer::compose(const paper::Person& person,
                                                  std::span<const paper::Address> addresses, const digest::Built& built,
                                                  const store::DigestRow& row) const {
  std::vector<store::NewDelivery> deliveries;
  for (const paper::Address& address : addresses) {
    const auto at = channels_.find(address.channel);
    if (at == channels_.end()) {
      log::error("a person's channel is not configured",
                 {{"component", "compose"}, {"user", person.id}, {"channel", address.channel}});
      continue;
    }
    const Channel& channel = *at->second;
    Composition composition;
    composition.person_id = person.id;
    composition.person_name = person.name;
    composition.destination = address.destination;
    composition.language = person.language;
    composition.title = built.title;
    composition.preheader = built.preheader;
    composition.period_key = row.period_key;
    composition.delivery_seed = hash_of({person.id, channel.name(), address.destination, row.period_key});
    composition.document = built.document;
    composition.brief = built.brief;
    composition.date = row.built_at;
    if (pages_) {
      // A notice is whole as it is; where it has a page to show, that is the message it is about.
      if (row.kind != notice_kind) composition.web_url = pages_->archive(row.id);
      composition.unsubscribe_url = pages_->unsubscribe(channel.name(), address.destination);
      composition.action_url = [pages = *pages_, id = person.id, issued = row.built_at](std::string_view action) {
        return pages.url_of(action, id, issued);
      };
    }
    const int priority = row.kind == notice_kind ? notice_priority : digest_priority;
    for (store::NewDelivery& delivery : parts_of(channel, composition, priority)) {
      deliveries.push_back(std::move(delivery));
    }
  }
  return deliveries;
}

std::vector<store::NewDelivery> Composer::parts_of(const Channel& channel, const Composition& composition,
                                                   int priority) const {
  std::vector<store::NewDelivery> deliveries;
  std::vector<Part> parts;
  try {
    parts = channel.compose(composition);
  } catch (const Error& error) {
    log::error("a message could not be composed", {{"component", "compose"},
                                                   {"user", composition.person_id},
                                                   {"channel", channel.name()},
                                                   {"err", error.what()}});
    return deliveries;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    store::NewDelivery delivery;
    delivery.id = uuid_v7(to_epoch_ms(composition.date));
    delivery.dedup_key = hash_of({composition.delivery_seed, std::to_string(i + 1)});
    delivery.channel = channel.name();
    delivery.destination = composition.destination;
    delivery.domain = channel.domain(composition.destination);
    delivery.part = static_cast<int>(i + 1);
    delivery.parts = static_cast<int>(parts.size());
    delivery.priority = priority;
    delivery.payload = std::move(parts[i].payload);
    delivery.provider_key = std::move(parts[i].provider_key);
    delivery.not_before = composition.date;
    delivery.expires_at = composition.date + channel.traits().give_up_after;
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

digest::Forms Composer::forms(std::span<const paper::Address> addresses) const {
  digest::Forms forms{.document = false, .brief = false};
  for (const paper::Address& address : addresses) {
    const Channel* to = channel(address.channel);
    if (to != nullptr) (to->traits().shows_brief ? forms.brief : forms.document) = true;
  }
  return forms;
}

const Channel* Composer::channel(const std::string& name) const {
  const auto at = channels_.find(name);
  return at == channels_.end() ? nullptr : at->second;
}

std::vector<store::NewDelivery> Composer::reply(const Reply& reply, const digest::Built& built) const {
  const Channel* to = channel(reply.channel);
  if (to == nullptr) return {};
  Composition composition;
  composition.person_id = reply.person_id;
  composition.person_name = reply.person_name;
  composition.destination = reply.destination;
  composition.language = reply.language;
  composition.title = built.title;
  composition.preheader = built.preheader;
  composition.delivery_seed = reply.seed;
  composition.reply_to = reply.reply_to;
  composition.document = built.document;
  composition.brief = built.brief;
  composition.date = reply.now;
  std::vector<store::NewDelivery> deliveries = parts_of(*to, composition, reply_priority);
  for (store::NewDelivery& delivery : deliveries) {
    delivery.expires_at = std::min(*delivery.expires_at, reply.now + reply_lifetime);
  }
  return deliveries;
}

bool enqueue(store::Tx& tx, const store::DigestRow& row, std::span<const store::ShownMark> shown,
             std::vector<store::NewDelivery> deliveries) {
  if (!store::knows_person(tx, row.person)) return false;
  std::erase_if(deliveries, [&](const store::NewDelivery& delivery) {
    return store::suppressed(tx, delivery.channel, delivery.destination);
  });
  return store::put_digest(tx, row, shown, deliveries);
}

int DeadLetters::report(store::Tx& tx, const store::Claimed& claimed, const Death& death, Time now) const {
  if (claimed.digest_kind == notice_kind || claimed.digest.empty()) return 0;  // a notice; an answer in a chat
  digest::Undelivered notice;
  notice.message = claimed.digest_title;
  notice.channel = claimed.channel;
  notice.destination = claimed.destination;
  notice.cause = death.cause;
  notice.doubtful = death.doubtful;
  notice.stopped = death.stopped;
  notice.archive_url = composer_.archive_url(claimed.digest);
  int told = 0;
  const std::optional<paper::Person> person = store::find_person(tx, claimed.person);
  if (person) told += tell(tx, *person, claimed, notice, now);
  notice.reader = person ? person->name : claimed.person;
  notice.archive_url.clear();  // the message is its reader's
  for (const std::string& id : admins_) {
    const std::optional<paper::Person> admin = id == claimed.person ? std::nullopt : store::find_person(tx, id);
    if (admin) told += tell(tx, *admin, claimed, notice, now);
  }
  return told;
}

bool DeadLetters::tell(store::Tx& tx, const paper::Person& reader, const store::Claimed& claimed,
                       digest::Undelivered notice, Time now) const {
  std::vector<paper::Address> addresses = reader.addresses;
  std::erase(addresses, paper::Address{claimed.channel, claimed.destination});
  // An administrator hears of it in one place, the first they read in.
  if (!notice.reader.empty() && addresses.size() > 1) addresses.resize(1);
  notice.language = reader.language;
  const digest::Built built = digest::build(notice, templates_);
  store::DigestRow row{.id = uuid_v7(to_epoch_ms(now)), .person = reader.id};
  // One notice for all the parts of a message.
  row.period_key = "undelivered:" + claimed.digest + ":" + claimed.channel + ":" + claimed.destination;
  row.kind = notice_kind;
  row.title = built.title;
  row.preheader = built.preheader;
  row.markdown = PackedText(built.markdown);
  row.built_at = now;
  std::vector<store::NewDelivery> deliveries = composer_.compose(reader, addresses, built, row);
  return enqueue(tx, row, {}, std::move(deliveries)) && !addresses.empty();
}

}  // namespace paperboy::flow
