#include "integrations/matrix/outcome.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;
using Class = flow::Outcome::Class;

constexpr std::size_t longest_error = 300;
constexpr int deepest = 24;

std::string step_name(Step step) {
  switch (step) {
    case Step::discover:
      return "finding the homeserver";
    case Step::sign_in:
      return "signing in";
    case Step::find_room:
      return "finding the room";
    case Step::make_room:
      return "making a direct room";
    case Step::join:
      return "joining the room";
    case Step::look:
      return "looking into the room";
    case Step::send:
      return "sending";
    case Step::hear:
      return "listening";
  }
  return "";
}

// An errcode whose meaning does not depend on what was asked for. `account`: about Paperboy's account or server.
struct Row {
  std::string_view errcode;
  Class kind;
  bool account;
  std::string_view cure;
};
constexpr std::array<Row, 16> rows{{
    {"M_LIMIT_EXCEEDED", Class::throttled, false, ""},
    {"M_UNKNOWN_TOKEN", Class::not_sent, true,
     "the access token is no longer valid: put a new one into channels.matrix.token_file"},
    {"M_MISSING_TOKEN", Class::not_sent, true,
     "the homeserver saw no access token; does a proxy before it drop the Authorization header?"},
    {"M_USER_LOCKED", Class::not_sent, true, "the homeserver's administrator has locked Paperboy's account"},
    {"M_USER_SUSPENDED", Class::not_sent, true, "the homeserver's administrator has suspended Paperboy's account"},
    {"M_USER_DEACTIVATED", Class::not_sent, true, "Paperboy's account is deactivated; give it another one"},
    {"M_CONSENT_NOT_GIVEN", Class::not_sent, true,
     "sign in to Paperboy's account with a client once and accept the homeserver's terms"},
    {"M_RESOURCE_LIMIT_EXCEEDED", Class::not_sent, true,
     "the homeserver has reached a limit of its own; tell its "
     "administrator"},
    {"M_USER_LIMIT_EXCEEDED", Class::not_sent, true, "Paperboy's account has reached its quota on this homeserver"},
    {"M_GUEST_ACCESS_FORBIDDEN", Class::not_sent, true, "Paperboy needs an account that is not a guest's"},
    {"M_INVITE_BLOCKED", Class::refused, false, "this user accepts no invitations: they have to allow Paperboy's"},
    {"M_TOO_LARGE", Class::refused, false, ""},
    {"M_UNSUPPORTED_ROOM_VERSION", Class::refused, false, "the homeserver is too old for this room"},
    {"M_INCOMPATIBLE_ROOM_VERSION", Class::refused, false, "the homeserver is too old for this room"},
    {"M_UNRECOGNIZED", Class::not_sent, true, "is channels.matrix.homeserver the address of a Matrix homeserver?"},
    {"M_NOT_FOUND", Class::refused, false, ""},
}};

const Row* row_of(std::string_view errcode) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.errcode == errcode; });
  return at == rows.end() ? nullptr : &*at;
}

// What people can do about a room that Paperboy has no access to.
std::string room_cure(const Asked& asked) {
  if (asked.destination.starts_with('@'))
    return "ask " + asked.destination + " to invite " + asked.user + " to a room and name that room instead";
  return "invite Paperboy there: /invite " + asked.user + " (and let it write, if only some may)";
}

// Where no errcode says more.
void decide_by_status(const Reply& reply, const Asked& asked, flow::Outcome& outcome, std::string& cure) {
  const int status = reply.status;
  const bool about_server = status == 0 || status == 408 || status >= 500 || (status >= 200 && status < 300);
  if (status == 429) {
    outcome.kind = Class::throttled;
  } else if (about_server) {
    const bool perhaps_sent = asked.step == Step::send && !reply.unheard;
    outcome.kind = perhaps_sent ? Class::ambiguous : Class::not_sent;
    outcome.whole_provider = reply.unheard || asked.step == Step::discover || asked.step == Step::sign_in;
  } else if (status == 401) {
    outcome.kind = Class::not_sent;
    outcome.whole_provider = true;
  } else if (status >= 300 && status < 400) {
    outcome.kind = Class::not_sent;
    outcome.whole_provider = true;
    cure = "the homeserver has moved: set channels.matrix.homeserver to its new address";
  } else if (reply.errcode.empty() && (status == 404 || status == 405 || status == 403)) {
    outcome.kind = Class::not_sent;
    outcome.whole_provider = true;
    cure = "is channels.matrix.homeserver the address of a Matrix homeserver?";
  } else if (asked.step == Step::discover || asked.step == Step::sign_in) {
    outcome.kind = Class::not_sent;  // our account's trouble, no message's
    outcome.whole_provider = true;
  } else {
    outcome.kind = Class::refused;
  }
}

}  // namespace

std::string without_depths(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (depth <= deepest) out += c;
      if (c == '\\' && i + 1 < json.size()) {
        ++i;
        if (depth <= deepest) out += json[i];
      } else if (c == '"') {
        quoted = false;
      }
      continue;
    }
    quoted = c == '"';
    if ((c == '{' || c == '[') && ++depth == deepest + 1) out += "null";
    if (depth <= deepest) out += c;
    if (c == '}' || c == ']') --depth;
  }
  return out;
}

Reply reply_of(const net::Response& response, Time now) {
  Reply reply;
  reply.status = response.status;
  reply.wait = net::retry_after(response, now);
  boost::system::error_code error;
  std::string text_of_body = without_depths(response.body);
  const json::value value = json::parse(text_of_body, error);
  if (error || !value.is_object()) return reply;
  reply.body = std::move(text_of_body);
  const json::object& body = value.get_object();
  const auto text = [&](const char* key) {
    const json::value* at = body.if_contains(key);
    return at != nullptr && at->is_string() ? std::string(at->get_string()) : std::string();
  };
  if (reply.status >= 400) {
    reply.errcode = text::ellipsize(text::collapse_space(text::sanitize(text("errcode"))), 60);
    reply.error = text::ellipsize(text::collapse_space(text::sanitize(text("error"))), longest_error);
  }
  const json::value* soft = body.if_contains("soft_logout");
  reply.soft_logout = soft != nullptr && soft->is_bool() && soft->get_bool();
  if (const json::value* wait = body.if_contains("retry_after_ms"); wait != nullptr && wait->is_number()) {
    const double ms = std::clamp(wait->to_number<double>(), 0.0, 1e9);
    reply.wait = std::max(reply.wait.value_or(Duration{}), Duration{static_cast<Duration::rep>(ms)});
  }
  return reply;
}

Reply reply_of(const net::NetError& error) {
  Reply reply;
  reply.unheard = error.phase() == net::Phase::before_request;
  reply.error = error.what();
  return reply;
}

Reply hollow(Reply reply) {
  reply.body.clear();
  reply.error = "the homeserver's answer is not what was promised";
  return reply;
}

bool signed_out(const Reply& reply) {
  return reply.status == 401 && reply.errcode == "M_UNKNOWN_TOKEN";
}

flow::Outcome outcome_of(const Reply& reply, const Asked& asked) {
  flow::Outcome outcome;
  outcome.code = reply.status == 0 ? "connection" : std::to_string(reply.status);
  if (!reply.errcode.empty()) outcome.code += " " + reply.errcode;
  if (reply.ok()) return outcome;

  std::string cure;
  const bool about_room = asked.step == Step::send || asked.step == Step::join || asked.step == Step::look ||
                          asked.step == Step::find_room || asked.step == Step::make_room;
  if (reply.errcode == "M_FORBIDDEN" && !about_room) {
    outcome.kind = Class::not_sent;
    outcome.whole_provider = true;
    cure = "is channels.matrix.user or its password wrong?";
  } else if (reply.errcode == "M_FORBIDDEN") {
    outcome.kind = Class::refused;
    outcome.unreachable = true;
    cure = room_cure(asked);
  } else if (const Row* row = row_of(reply.errcode); row != nullptr && reply.status >= 400) {
    outcome.kind = row->kind;
    outcome.whole_provider = row->account;
    cure = row->cure;
    if (row->errcode == "M_NOT_FOUND" && about_room) {
      outcome.unreachable = true;
      cure = asked.step == Step::find_room ? "there is no such room; is its address written as in the room's settings?"
                                           : room_cure(asked);
    }
    if (row->errcode == "M_INVITE_BLOCKED") outcome.unreachable = true;
  } else {
    decide_by_status(reply, asked, outcome, cure);
    if (outcome.kind == Class::refused && asked.step == Step::join) {
      outcome.unreachable = true;
      cure = room_cure(asked);
    }
  }
  if (outcome.kind == Class::throttled) {
    outcome.retry_after = reply.wait;
    outcome.whole_provider = asked.step == Step::send || asked.step == Step::sign_in;
  }
  outcome.detail = "at " + step_name(asked.step) + ": ";
  outcome.detail += reply.error.empty() ? "the homeserver does not say why" : reply.error;
  if (!cure.empty()) outcome.detail += " - " + cure;
  return outcome;
}

}  // namespace paperboy::integrations::matrix
