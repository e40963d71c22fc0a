#include "integrations/matrix/listener.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/async/expendable.hpp"
#include "daemon/base/backoff.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;
using Kind = Happening::Kind;

constexpr char channel[] = "matrix";
constexpr char invitations_key[] = "invitations";
constexpr std::size_t largest_sync = 64u << 20;
constexpr Duration first_sync_timeout = std::chrono::minutes(5);
constexpr Duration join_timeout = std::chrono::seconds(90);  // over federation it takes a while
constexpr Duration longest_join_wait = std::chrono::minutes(2);
constexpr Duration oldest_missed = std::chrono::hours(1);
constexpr std::size_t most_missed = 500;
constexpr int most_pages = 20;
constexpr std::size_t most_names = 500;   // of a room's members
constexpr std::size_t most_known = 2000;  // events whose sender is remembered
constexpr std::size_t most_wanted = 100;
constexpr int patient_failures = 3;  // then what cannot be found out about a room is done without
constexpr int strange_answers = 2;   // then the position is given up

Asked asked(Step step, const std::string& user) {
  Asked out;
  out.step = step;
  out.user = user;
  return out;
}

async::Awaitable<> ask_into(Reply& reply, const Toolbox& tools, std::string method, Session session, std::string path,
                            std::string body, Duration timeout, std::size_t most_bytes) {
  reply = co_await ask(tools, std::move(method), std::move(session.base), std::move(path), std::move(body),
                       std::move(session.token), timeout, most_bytes);
}
async::Awaitable<> fetch_into(std::optional<net::Response>& response, const Toolbox& tools, net::Request request) {
  try {
    response = co_await tools.client.fetch(std::move(request));
  } catch (const net::NetError&) {
  }
}

std::string room_path(const std::string& room) {
  return "/v3/rooms/" + path_part(room);
}

// Is there nothing that another try could mend?
bool is_final(const flow::Outcome& outcome) {
  static const std::array<std::string_view, 5> codes{"whoami", "login", "401 M_UNKNOWN_TOKEN", "403 M_FORBIDDEN",
                                                     "403 M_USER_DEACTIVATED"};
  return std::find(codes.begin(), codes.end(), outcome.code) != codes.end();
}

}  // namespace

async::Awaitable<> Listener::listen(flow::Inbox& inbox) {
  failures_ = strange_ = 0;
  trouble_.clear();
  rooms_.clear();
  co_await recall();
  since_ = co_await inbox.position();
  for (;;) {
    std::optional<Session> session;
    std::optional<Failed> failed;
    flow::Outcome outcome;
    outcome.kind = flow::Outcome::Class::not_sent;
    try {
      co_await once(inbox, session);
    } catch (const Failed& error) {
      failed = error;
      outcome = error.outcome();
    } catch (const Error& error) {
      outcome.code = "store";
      outcome.detail = error.what();
    }
    if (outcome.code.empty()) {
      if (!trouble_.empty()) log::info("the homeserver is heard again", {{"component", channel}});
      trouble_.clear();
      failures_ = strange_ = 0;
      continue;
    }
    if (!session && is_final(outcome)) throw *failed;
    const bool renewed = failed && failed->signed_out() && session;
    if (renewed) co_await account_.signed_out(*session, failed->soft_logout());
    const bool at_once = renewed && failures_ == 0;
    ++failures_;
    if (at_once) continue;
    if (trouble_ != outcome.code) {
      log::warn("the homeserver is not heard; trying again", {{"component", channel}, {"err", outcome.detail}});
      trouble_ = outcome.code;
    }
    const Duration wait = wait_after(outcome);
    co_await async::sleep_for(wait);
  }
}

Duration Listener::wait_after(const flow::Outcome& outcome) {
  const Duration wait = backoff(patience_.first_wait, patience_.longest_wait, failures_);
  return std::max(wait, outcome.retry_after.value_or(Duration{}));
}

async::Awaitable<Session> Listener::sign_in() {
  async::Turn turn(preparing_);
  co_await turn.come();
  Session session = co_await account_.session();
  co_return session;
}

async::Awaitable<Reply> Listener::hear(Session session, std::string method, std::string path, std::string body) {
  Reply reply;
  co_await async::expendable(ask_into(reply, tools_, std::move(method), std::move(session), std::move(path),
                                      std::move(body), join_timeout, largest_answer));
  if (signed_out(reply)) throw Failed(reply, asked(Step::hear, user_));
  co_return reply;
}

// Is it worth it to begin again because of this answer about a room? Else one that says nothing is an answer, too.
bool Listener::lasting(const Reply& reply) const {
  const bool passing = reply.status == 0 || reply.status == 429 || reply.status >= 500;
  return !passing || failures_ >= patient_failures;
}

async::Awaitable<> Listener::once(flow::Inbox& inbox, std::optional<Session>& session) {
  session = co_await sign_in();
  const bool first = since_.empty();
  Sync heard = co_await sync(*session);
  Events events;
  std::vector<std::string> encrypted;
  for (News& news : heard.news) {
    if (first) break;
    const bool is_encrypted = std::any_of(news.happened.begin(), news.happened.end(),
                                          [](const Happening& one) { return one.kind == Kind::encrypted; });
    if (is_encrypted) encrypted.push_back(news.room);
    co_await read(*session, std::move(news), events);
  }
  for (const Removal& removal : heard.removals) {
    std::erase_if(wanted_, [&](const Wanted& one) { return one.room == removal.room; });
    rooms_.erase(removal.room);
    if (first) continue;
    flow::Event event;
    event.kind = flow::Event::Kind::gone;
    event.key = removal.id.empty() ? "gone " + hash_of({removal.room, since_}) : removal.id;
    event.account = removal.by;
    event.workspace = server_of(removal.by);
    event.place = removal.room;
    event.at = tools_.clock.now();
    events.push_back(std::move(event));
    log::warn("Paperboy was removed from a room", {{"component", channel}, {"room", removal.room}, {"by", removal.by}});
  }
  for (const Invitation& invitation : heard.invitations) {
    Wanted wanted;
    wanted.room = invitation.room;
    wanted.by = invitation.by;
    wanted.encrypted = invitation.encrypted;
    want(std::move(wanted));
  }
  co_await keep();  // before the position, beyond which nobody hears of them again
  if (!events.empty() || heard.next != since_) co_await inbox.take(std::move(events), heard.next);
  since_ = heard.next;
  for (const std::string& room : encrypted) co_await tell_encrypted(*session, room);
  co_await answer(inbox, *session);
}

async::Awaitable<Sync> Listener::sync(Session session) {
  Duration poll = patience_.poll;
  for (const Wanted& wanted : wanted_) poll = std::min(poll, wanted.next - tools_.clock.now());
  poll = since_.empty() || failures_ > 0 ? Duration{} : std::max(poll, Duration{});
  std::string path =
      "/v3/sync?set_presence=offline&timeout=" + std::to_string(poll.count()) + "&filter=" + path_part(sync_filter());
  if (!since_.empty()) path += "&since=" + path_part(since_);
  const Duration timeout = since_.empty() ? first_sync_timeout : poll + join_timeout;
  Reply reply;
  co_await async::expendable(
      ask_into(reply, tools_, "GET", std::move(session), std::move(path), "", timeout, largest_sync));
  std::optional<Sync> heard;
  if (reply.ok()) heard = read_sync(reply.body, user_);
  if (heard) co_return std::move(*heard);
  const bool strange = reply.status == 400 || reply.status == 200;
  if (strange && !since_.empty() && ++strange_ >= strange_answers) {
    log::warn("the homeserver does not know where Paperboy stopped listening; beginning with what is said from now on",
              {{"component", channel}, {"err", reply.error}});
    since_.clear();
    strange_ = 0;
  }
  throw Failed(reply, asked(Step::hear, user_));
}

// --- what is said

async::Awaitable<> Listener::read(Session session, News news, Events& events) {
  const Time oldest = tools_.clock.now() - oldest_missed;
  const std::optional<std::size_t> since_joined = beginning(news.happened, user_);
  if (since_joined) {
    const auto begin = news.happened.begin();
    news.happened.erase(begin, begin + static_cast<std::ptrdiff_t>(*since_joined));
    std::erase_if(news.happened, [&](const Happening& one) { return one.at < oldest; });
  } else if (news.limited && !news.before.empty()) {
    std::vector<Happening> more = co_await missed(session, news.room, news.before);
    news.happened.insert(news.happened.begin(), more.begin(), more.end());
  }
  const bool others = std::any_of(news.happened.begin(), news.happened.end(), [](const Happening& one) {
    return one.kind == Kind::membership && one.membership != one.membership_before;
  });
  const auto known = rooms_.find(news.room);
  if (known != rooms_.end() && news.members) known->second.members = *news.members;
  if (known != rooms_.end() && !news.members && (others || news.limited || since_joined)) rooms_.erase(known);

  for (const Happening& one : news.happened) {
    if (one.kind == Kind::replaced) {
      log::warn("a room was replaced; whoever is sent messages there should name the new one",
                {{"component", channel}, {"room", news.room}, {"replacement", one.replacement}, {"by", one.sender}});
      Wanted wanted;
      wanted.room = one.replacement;
      wanted.by = one.sender;
      wanted.invited = false;
      want(std::move(wanted));
    }
    if (one.kind != Kind::said && one.kind != Kind::reacted) continue;
    const Room* where = co_await room(session, news.room);
    const auto name_of = [&](const std::string& user) {
      const auto at = where->names.find(user);
      return at == where->names.end() ? std::string() : at->second;
    };
    Self self;
    self.user = user_;
    self.shown = name_of(user_);
    self.alone_with_one = where->members == 2;
    flow::Event event = event_of(one, news.room, self);
    event.account_name = name_of(one.sender);
    if (one.kind == Kind::said && !event.addressed && !one.answers.empty()) {
      event.addressed = co_await is_ours(session, news.room, one.answers);
    }
    if (event.addressed && !one.file.empty()) event.files = co_await fetch_file(session, one);
    events.push_back(std::move(event));
  }
}

// What happened in `room` between the last sync and `before`, oldest first; as much as is worth an answer.
async::Awaitable<std::vector<Happening>> Listener::missed(Session session, std::string room, std::string before) {
  const Time oldest = tools_.clock.now() - oldest_missed;
  const std::string base = room_path(room) + "/messages?dir=b&limit=100&filter=" + path_part(page_filter()) +
                           "&to=" + path_part(since_) + "&from=";
  std::vector<Happening> happened;
  std::size_t seen = 0;
  for (int page = 0; page < most_pages && seen < most_missed; ++page) {
    const Reply reply = co_await hear(session, "GET", base + path_part(before));
    std::optional<Page> read;
    if (reply.ok()) read = read_page(reply.body, user_);
    if (!read && !lasting(reply)) throw Failed(reply, asked(Step::hear, user_));
    if (!read) break;
    const bool done = std::any_of(read->happened.begin(), read->happened.end(),
                                  [&](const Happening& one) { return one.at < oldest; });
    std::erase_if(read->happened, [&](const Happening& one) { return one.at < oldest; });
    std::move(read->happened.begin(), read->happened.end(), std::back_inserter(happened));
    seen += read->events;
    before = read->end;
    if (done || before.empty() || before == since_) break;
  }
  std::reverse(happened.begin(), happened.end());
  co_return happened;
}

async::Awaitable<const Listener::Room*> Listener::room(Session session, std::string id) {
  static const Room unknown;  // nothing private is said where it cannot be known who listens
  const auto known = rooms_.find(id);
  if (known != rooms_.end()) co_return &known->second;
  const Reply reply = co_await hear(std::move(session), "GET", room_path(id) + "/joined_members");
  if (!reply.ok() && !lasting(reply)) throw Failed(reply, asked(Step::hear, user_));
  if (!reply.ok()) co_return &unknown;
  const json::value body = json::parse(reply.body);
  const json::value* joined = body.get_object().if_contains("joined");
  if (joined == nullptr || !joined->is_object()) co_return &unknown;
  Room found;
  found.members = static_cast<std::int64_t>(joined->get_object().size());
  for (const auto& [user, about] : joined->get_object()) {
    const std::string who(user);
    if (found.names.size() >= most_names && who != user_) continue;
    const std::string name = text_at(json::serialize(about), "display_name");
    found.names[who] = text::ellipsize(text::collapse_space(text::sanitize(name)), 100);
  }
  Room& at = rooms_[id];
  at = std::move(found);
  co_return &at;
}

async::Awaitable<bool> Listener::is_ours(Session session, std::string room, std::string event) {
  const auto known = ours_.find(event);
  if (known != ours_.end()) co_return known->second;
  const Reply reply = co_await hear(std::move(session), "GET", room_path(room) + "/event/" + path_part(event));
  if (!reply.ok() && !lasting(reply)) throw Failed(reply, asked(Step::hear, user_));
  const bool ours = reply.ok() && text_at(reply.body, "sender") == user_;
  if (ours_.size() >= most_known) ours_.clear();
  ours_[event] = ours;
  co_return ours;
}

async::Awaitable<std::vector<flow::Attachment>> Listener::fetch_file(Session session, Happening happening) {
  std::vector<flow::Attachment> files;
  const std::string uri = happening.file.substr(6);  // mxc://
  const std::size_t slash = uri.find('/');
  if (slash == uri.npos) co_return files;
  net::Request request;
  request.url = session.base + "/_matrix/client/v1/media/download/" + path_part(uri.substr(0, slash)) + "/" +
                path_part(uri.substr(slash + 1));
  request.headers.emplace_back("Authorization", "Bearer " + session.token.reveal());
  request.timeout = request_timeout;
  request.max_body = flow::largest_attachment;
  request.max_redirects = 3;
  std::optional<net::Response> response;
  co_await async::expendable(fetch_into(response, tools_, std::move(request)));
  if (!response || response->status != 200) {
    log::info("a file could not be read", {{"component", channel}, {"event", happening.id}});
    co_return files;
  }
  files.push_back({happening.name, std::move(response->body)});
  co_return files;
}

// Once for each room: nobody there could know.
async::Awaitable<> Listener::tell_encrypted(Session session, std::string room) {
  if (!told_.insert(room).second) co_return;
  const std::string key = "told " + room;
  const std::string told = co_await tools_.channel_memory.recall(channel, key);
  if (!told.empty()) co_return;
  const json::object content{
      {"msgtype", "m.notice"},
      {"body",
       "This room is encrypted, and Paperboy can neither read nor write encrypted messages. Make a room without "
       "encryption and invite it there: encryption cannot be switched off again."},
      {"m.mentions", json::object()}};
  const std::string path =
      room_path(room) + "/send/m.room.message/" + path_part(hash_of({"encrypted", room}).substr(0, 32));
  const Reply reply = co_await hear(std::move(session), "PUT", path, json::serialize(content));
  log::warn("something was said in an encrypted room, which Paperboy cannot read",
            {{"component", channel}, {"room", room}});
  if (reply.ok() || reply.status == 403) co_await tools_.channel_memory.keep(channel, key, "yes");
}

// --- invitations

void Listener::want(Wanted wanted) {
  std::erase_if(wanted_, [&](const Wanted& one) { return one.room == wanted.room; });
  if (wanted_.size() < most_wanted) wanted_.push_back(std::move(wanted));
}

async::Awaitable<> Listener::recall() {
  wanted_.clear();
  kept_ = co_await tools_.channel_memory.recall(channel, invitations_key);
  boost::system::error_code error;
  const json::value kept = json::parse(kept_, error);
  if (error || !kept.is_array()) co_return;
  for (const json::value& entry : kept.get_array()) {
    if (!entry.is_object()) continue;
    const std::string text = json::serialize(entry);
    Wanted wanted;
    wanted.room = text_at(text, "room");
    wanted.by = text_at(text, "by");
    wanted.invited = text_at(text, "why") != "replacement";
    wanted.encrypted = text_at(text, "why") == "encrypted";
    if (!wanted.room.empty()) want(std::move(wanted));
  }
}

async::Awaitable<> Listener::keep() {
  json::array list;
  for (const Wanted& wanted : wanted_) {
    const char* why = wanted.encrypted ? "encrypted" : wanted.invited ? "invitation" : "replacement";
    list.push_back(json::object{{"room", wanted.room}, {"by", wanted.by}, {"why", why}});
  }
  std::string text = list.empty() ? "" : json::serialize(list);
  if (text == kept_) co_return;
  co_await tools_.channel_memory.keep(channel, invitations_key, text);
  kept_ = std::move(text);
}

async::Awaitable<> Listener::answer(flow::Inbox& inbox, Session session) {
  std::vector<Wanted> due;
  for (const Wanted& wanted : wanted_) {
    if (wanted.next <= tools_.clock.now()) due.push_back(wanted);
  }
  for (Wanted& wanted : due) {
    const bool admitted = co_await inbox.admits(wanted.by, server_of(wanted.by), wanted.room);
    bool done = true;
    if (!admitted) {
      if (wanted.next == Time{}) inbox.refused("invitation");
      done = co_await decline(session, wanted, "Paperboy does not know you. Ask whoever runs it to allow you.");
    } else if (wanted.encrypted) {
      done = co_await decline(
          session, wanted, "This room is encrypted, which Paperboy cannot read. Invite it to one without encryption.");
    } else {
      done = co_await join(session, wanted);
    }
    const auto at =
        std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& one) { return one.room == wanted.room; });
    if (at == wanted_.end()) continue;
    if (done) wanted_.erase(at);
    if (!done) *at = wanted;
  }
  co_await keep();
}

// False: to be tried again at wanted.next.
async::Awaitable<bool> Listener::join(Session session, Wanted& wanted) {
  const std::string path = "/v3/join/" + path_part(wanted.room) + "?via=" + path_part(server_of(wanted.by));
  const Reply reply = co_await hear(session, "POST", path);
  if (reply.ok()) {
    log::info("joined a room", {{"component", channel}, {"room", wanted.room}, {"by", wanted.by}});
    co_return true;
  }
  if (again(wanted, reply)) co_return false;
  log::warn("a room cannot be joined", {{"component", channel}, {"room", wanted.room}, {"err", reply.error}});
  const bool declined = co_await decline(std::move(session), wanted, "Paperboy could not join.");
  co_return declined;
}

// As join().
async::Awaitable<bool> Listener::decline(Session session, Wanted& wanted, std::string reason) {
  if (!wanted.invited) co_return true;
  const json::object body{{"reason", reason}};
  const Reply left = co_await hear(session, "POST", room_path(wanted.room) + "/leave", json::serialize(body));
  if (!left.ok() && again(wanted, left)) co_return false;
  if (left.ok()) {
    log::info("declined an invitation",
              {{"component", channel}, {"room", wanted.room}, {"by", wanted.by}, {"why", reason}});
    co_await hear(session, "POST", room_path(wanted.room) + "/forget");
  } else {
    log::warn("an invitation cannot be declined",
              {{"component", channel}, {"room", wanted.room}, {"by", wanted.by}, {"err", left.error}});
  }
  co_return true;
}

// Is the request worth another try? Then wanted.next is set.
bool Listener::again(Wanted& wanted, const Reply& reply) {
  const Time now = tools_.clock.now();
  if (reply.status == 429) {
    wanted.next = now + std::max(reply.wait.value_or(patience_.join_wait), patience_.join_wait);
    return true;
  }
  ++wanted.tries;
  if (reply.status == 403 || wanted.tries >= patience_.most_joins) return false;
  wanted.next = now + backoff(patience_.join_wait, longest_join_wait, wanted.tries);
  return true;
}

}  // namespace paperboy::integrations::matrix
