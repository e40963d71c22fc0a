// What the fake Slack says by itself: events, over Socket Mode and as HTTP requests.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "daemon/base/hash.hpp"
#include "tests/support/fake_slack.hpp"
#include "tests/support/websocket_peer.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string text_frame(const json::object& object) {
  return frame_bytes({Frame::text, json::serialize(object)});
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '*') {
      out += static_cast<char>(c);
    } else if (c == ' ') {
      out += '+';
    } else {
      out += {'%', digits[c >> 4], digits[c & 15]};
    }
  }
  return out;
}

}  // namespace

// --- what people do

json::object FakeSlack::callback(json::object event) {
  return {{"token", "deprecated"},
          {"team_id", team},
          {"api_app_id", app_id},
          {"type", "event_callback"},
          {"event_id", "Ev" + std::to_string(++last_number_)},
          {"event_time", to_epoch_ms(clock()) / 1000},
          {"authorizations", json::array{json::object{{"team_id", team}, {"user_id", bot_user}, {"is_bot", true}}}},
          {"is_ext_shared_channel", false},
          {"event_context", "4-context"},
          {"event", std::move(event)}};
}

json::object FakeSlack::said(std::string_view user, std::string_view channel, const std::string& text,
                             const std::string& thread_ts, const std::string& type) {
  const std::string ts = next_ts();
  json::object message{{"type", "message"}, {"user", user}, {"text", text}, {"ts", ts}, {"team", team}};
  if (!thread_ts.empty()) message["thread_ts"] = thread_ts;
  conversations_[std::string(channel)].messages.push_back(message);
  message["type"] = type;
  message["channel"] = channel;
  message["event_ts"] = ts;
  message["client_msg_id"] = "0d7c7a5e-2a4b-4c3d-9e1f-000000000001";
  if (type == "message") message["channel_type"] = channel.starts_with('D') ? "im" : "channel";
  return callback(std::move(message));
}

std::string FakeSlack::new_response_url(std::string_view user, std::string_view channel) {
  const std::string path = "/commands/" + std::string(team) + "/" + std::to_string(++last_number_) + "/abc";
  responses_[path] = {.user = std::string(user), .channel = std::string(channel), .until = clock() + 30min, .uses = 0};
  return url(path);
}

json::object FakeSlack::command(std::string_view user, std::string_view channel, const std::string& text) {
  return {{"token", "deprecated"},
          {"team_id", team},
          {"team_domain", "example"},
          {"channel_id", channel},
          {"channel_name", channel.starts_with('D') ? "directmessage" : "papers"},
          {"user_id", user},
          {"user_name", "ada"},
          {"command", "/paperboy"},
          {"text", text},
          {"api_app_id", app_id},
          {"is_enterprise_install", "false"},
          {"response_url", new_response_url(user, channel)},
          {"trigger_id", std::to_string(++last_number_) + ".2.abc"}};
}

json::object FakeSlack::pressed(std::string_view user, const std::string& provider_ref, const std::string& value,
                                bool ephemeral) {
  const std::string channel = provider_ref.substr(0, provider_ref.find(':'));
  const std::string ts = provider_ref.substr(provider_ref.find(':') + 1);
  json::object container{{"type", "message"}, {"message_ts", ts}, {"channel_id", channel}, {"is_ephemeral", ephemeral}};
  for (const json::object& message : conversations_[channel].messages) {
    if (text_at(message, "ts") == ts && message.contains("thread_ts")) container["thread_ts"] = message.at("thread_ts");
  }
  const std::string now = next_ts();
  return {{"type", "block_actions"},
          {"user", {{"id", user}, {"username", "ada"}, {"name", "ada"}, {"team_id", team}}},
          {"team", {{"id", team}, {"domain", "example"}}},
          {"api_app_id", app_id},
          {"token", "deprecated"},
          {"trigger_id", std::to_string(++last_number_) + ".2.abc"},
          {"enterprise", nullptr},
          {"is_enterprise_install", false},
          {"container", std::move(container)},
          {"channel", {{"id", channel}, {"name", "papers"}}},
          {"state", {{"values", json::object()}}},
          {"response_url", new_response_url(user, channel)},
          {"actions", json::array{json::object{{"type", "button"},
                                               {"action_id", "action_0"},
                                               {"block_id", "b1"},
                                               {"value", value},
                                               {"action_ts", now},
                                               {"text", {{"type", "plain_text"}, {"text", "More"}}}}}}};
}

json::object FakeSlack::reacted(std::string_view user, const std::string& provider_ref, const std::string& name) {
  const std::size_t colon = provider_ref.find(':');
  return callback(
      {{"type", "reaction_added"},
       {"user", user},
       {"reaction", name},
       {"item_user", bot_user},
       {"item",
        {{"type", "message"}, {"channel", provider_ref.substr(0, colon)}, {"ts", provider_ref.substr(colon + 1)}}},
       {"event_ts", next_ts()}});
}

// --- answers to commands

Answer FakeSlack::respond(const HttpRequest& request) {
  const auto known = responses_.find(request.target);
  const auto refused = [](int status, const char* error) {
    return Answer{.status = status, .body = json::serialize(json::object{{"ok", false}, {"error", error}})};
  };
  if (request.method != "POST" || known == responses_.end()) return refused(404, "invalid_url");
  Response& response = known->second;
  if (clock() > response.until) return refused(404, "expired_url");
  if (response.uses >= 5) return refused(404, "used_url");
  if (request.headers.contains("authorization")) violations.push_back("a token was sent to a response_url");
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  if (error || !body.is_object()) return refused(400, "invalid_payload");
  for (const auto& [key, value] : body.as_object()) {
    static const std::set<std::string_view> known_keys{"text",         "blocks",           "response_type",
                                                       "thread_ts",    "replace_original", "delete_original",
                                                       "unfurl_links", "unfurl_media"};
    if (!known_keys.contains(std::string_view(key))) return refused(400, "invalid_payload");
  }
  std::vector<std::string> messages;
  std::string wrong = check_message(body.as_object(), messages);
  if (wrong.empty() && refuse_blocks && body.as_object().contains("blocks")) wrong = "invalid_blocks";
  if (!wrong.empty()) return refused(400, wrong.c_str());
  ++response.uses;
  const bool shared = text_at(body.as_object(), "response_type") == "in_channel";
  applied_.push_back({{"destination", response.channel},
                      {"text", shown(body.as_object())},
                      {"seen_by", shared ? "all" : response.user},
                      {"key", ""},
                      {"raw", body}});
  return {.status = 200, .body = "ok", .content_type = "text/html"};
}

// --- Socket Mode

Answer FakeSlack::connections_open(const json::object&) {
  if (!open_error.empty()) return refuse(open_error);
  const std::string ticket = "ticket-" + std::to_string(++last_number_);
  tickets_.insert(ticket);
  const std::string address = "ws" + url("/link/").substr(4) + "?ticket=" + ticket + "&app_id=" + std::string(app_id);
  const json::object body{{"ok", true}, {"url", address}};
  return {.status = 200, .body = json::serialize(body)};
}

bool FakeSlack::upgrades(const HttpRequest& request) {
  return request.target.starts_with("/link/");
}

async::Awaitable<> FakeSlack::converse(std::shared_ptr<Peer> peer, HttpRequest request) {
  std::string ticket;
  for (const auto& [name, value] : parse_form(request.target.substr(request.target.find('?') + 1))) {
    if (name == "ticket") ticket = value;
  }
  if (!wants_websocket(request) || tickets_.erase(ticket) == 0) {
    violations.push_back("an upgrade without a fresh ticket");
    co_await peer->send(http_answer(401, {}, ""));
    co_return;
  }
  co_await peer->send(websocket_answer(request));
  const auto link = std::make_shared<Link>();
  link->peer = peer;
  links_.push_back(link);
  ++opened_links;
  if (links_.size() > most_links) {
    send(link,
         text_frame({{"type", "disconnect"}, {"reason", "too_many_websockets"}, {"debug_info", {{"host", "h"}}}}));
  } else if (!first_words.empty()) {
    send(link, frame_bytes({Frame::text, first_words}));
  } else {
    send(link, text_frame({{"type", "hello"},
                           {"num_connections", static_cast<std::int64_t>(links_.size())},
                           {"connection_info", {{"app_id", app_id}}},
                           {"debug_info",
                            {{"host", "applink-1"}, {"build_number", 10}, {"approximate_connection_time", 18060}}}}));
    link->up = true;
    std::deque<Envelope> unsent = std::exchange(unsent_, {});
    for (Envelope& envelope : unsent) send_envelope(std::move(envelope));
  }
  try {
    co_await hear(link);
  } catch (const std::exception& e) {  // the client is gone, or breaks the protocol
    if (dynamic_cast<const boost::system::system_error*>(&e) == nullptr) violations.emplace_back(e.what());
  }
  link->up = false;
  std::erase(links_, link);
  for (auto& [id, envelope] : link->waiting) {
    if (envelope.type != "events_api") continue;
    ++envelope.attempt;
    send_envelope(std::move(envelope));
  }
  peer->close();
}

async::Awaitable<> FakeSlack::hear(std::shared_ptr<Link> link) {
  for (;;) {
    Frame frame = co_await read_frame(link->peer);
    if (deaf) continue;
    if (frame.opcode == Frame::close) {
      const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(frame.payload[at]); };
      closes.push_back(frame.payload.size() < 2 ? 1005 : byte(0) * 256 + byte(1));
      co_await link->peer->send(frame_bytes(frame));
      co_return;
    }
    if (frame.opcode == Frame::ping) {
      frame.opcode = Frame::pong;
      send(link, frame_bytes(frame));
    } else if (frame.opcode == Frame::text) {
      acknowledge(*link, frame.payload);
    } else if (frame.opcode != Frame::pong) {
      violations.push_back("a frame of kind " + std::to_string(frame.opcode));
    }
  }
}

void FakeSlack::acknowledge(Link& link, const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* ack = error ? nullptr : value.if_object();
  const std::string id = ack == nullptr ? std::string() : text_at(*ack, "envelope_id");
  const auto envelope = link.waiting.find(id);
  if (envelope == link.waiting.end()) {
    violations.push_back("no acknowledgement of anything that was sent on this link: " + text.substr(0, 100));
    return;
  }
  const json::value* payload = ack->if_contains("payload");
  const bool empty = payload == nullptr || (payload->is_object() && payload->as_object().empty());
  if (!empty && envelope->second.type == "events_api") violations.emplace_back("an event was answered");
  acked.push_back(id);
  link.waiting.erase(envelope);
}

void FakeSlack::send(const std::shared_ptr<Link>& link, std::string bytes) {
  link->outgoing.push_back(std::move(bytes));
  if (link->writing) return;
  link->writing = true;
  boost::asio::co_spawn(executor_, write_out(link), [](std::exception_ptr) {});  // it ends with the client
}

async::Awaitable<> FakeSlack::write_out(std::shared_ptr<Link> link) {
  while (!link->outgoing.empty()) {
    const std::string bytes = std::move(link->outgoing.front());
    link->outgoing.pop_front();
    co_await link->peer->send(bytes);
  }
  link->writing = false;
}

std::string FakeSlack::push(const std::string& type, json::object payload) {
  Envelope envelope{"env-" + std::to_string(++last_number_), type, std::move(payload), 0};
  const std::string id = envelope.id;
  send_envelope(std::move(envelope));
  return id;
}

void FakeSlack::send_envelope(Envelope envelope) {
  const auto link = std::find_if(links_.begin(), links_.end(), [](const auto& one) { return one->up; });
  if (link == links_.end()) {
    unsent_.push_back(std::move(envelope));
    return;
  }
  const std::shared_ptr<Link> chosen = *link;
  std::rotate(link, link + 1, links_.end());  // the next one has the next turn
  json::object frame{{"envelope_id", envelope.id},
                     {"type", envelope.type},
                     {"accepts_response_payload", envelope.type != "events_api"},
                     {"payload", envelope.payload}};
  if (envelope.type == "events_api") {
    frame["retry_attempt"] = envelope.attempt;
    frame["retry_reason"] = envelope.attempt > 0 ? "timeout" : "";
  }
  chosen->waiting[envelope.id] = std::move(envelope);
  send(chosen, text_frame(frame));
}

void FakeSlack::send_text(const std::string& text) {
  for (const auto& link : links_) send(link, frame_bytes({Frame::text, text}));
}

void FakeSlack::disconnect(const std::string& reason) {
  send_text(json::serialize(
      json::object{{"type", "disconnect"}, {"reason", reason}, {"debug_info", {{"host", "applink-1"}}}}));
}

void FakeSlack::disconnect_one(const std::string& reason) {
  if (links_.empty()) return;
  send(links_.front(), text_frame({{"type", "disconnect"}, {"reason", reason}, {"debug_info", {{"host", "h"}}}}));
}

void FakeSlack::drop_links() {
  for (const auto& link : links_) link->peer->reset();
}

std::size_t FakeSlack::open_links() const {
  return static_cast<std::size_t>(
      std::count_if(links_.begin(), links_.end(), [](const auto& link) { return link->up; }));
}

Answer FakeSlack::control(const HttpRequest& request) {
  if (request.method == "GET" && request.target == "/_fake/socket") {
    const json::object state{{"open", open_links()},
                             {"opened", opened_links},
                             {"acked", json::value_from(acked)},
                             {"closes", json::value_from(closes)},
                             {"violations", json::value_from(violations)}};
    return Answer{200, json::serialize(state)};
  }
  if (request.target == "/_fake/envelope") {
    const json::object wish = parse_json(request.body).as_object();
    const std::string id = push(text_at(wish, "type"), wish.at("payload").as_object());
    return Answer{200, json::serialize(json::object{{"envelope_id", id}})};
  }
  if (request.target == "/_fake/disconnect") {
    disconnect(text_at(parse_json(request.body).as_object(), "reason"));
    return Answer{200, "{}"};
  }
  return Provider::control(request);
}

// --- HTTP

net::ServerRequest FakeSlack::signed_request(const std::string& key, Time at, const std::string& content_type,
                                             const std::string& body) {
  const std::string seconds = std::to_string(to_epoch_ms(at) / 1000);
  net::ServerRequest request;
  request.method = "POST";
  request.target = request.path = "/hooks/slack";
  request.headers = {{"content-type", content_type},
                     {"user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)"},
                     {"x-slack-request-timestamp", seconds},
                     {"x-slack-signature", "v0=" + hmac_sha256_hex(key, "v0:" + seconds + ":" + body)}};
  request.body = body;
  request.peer = "192.0.2.1";
  return request;
}

std::string FakeSlack::form_of(const json::object& fields) {
  std::string out;
  for (const auto& [key, value] : fields) {
    out +=
        (out.empty() ? "" : "&") + escaped(std::string_view(key)) + "=" + escaped(std::string_view(value.as_string()));
  }
  return out;
}

}  // namespace paperboy::test
