#pragma once
// What an HTTP answer of arXiv means. The one place that knows its many ways of saying "slower". Pure.
#include <optional>
#include <string>

#include "daemon/base/clock.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::arxiv {

enum class Meaning {
  ok,            // XML to be read
  not_modified,  // 304
  throttled,  // too fast, overloaded, or not itself: 429, 503 and other 5xx, 406, 200 with "Rate exceeded.", nothing,
              // HTML or plain text
  blocked,    // 403: going on counts as an attack
  permanent,  // 400, 404, 410 and the like: asking again as before is useless
  broken      // no answer at all, or a status that has no place here
};

struct Answer {
  Meaning meaning = Meaning::broken;
  std::string reason;            // for people: "HTTP 429, asked to wait 30s"; empty if ok or not modified
  std::optional<Duration> wait;  // stated by the server, or 6 h when blocked
};

// How long nothing is asked after a 403.
constexpr Duration blocked_for = std::chrono::hours(6);

Answer judge(const net::Response& response, Time now);
// The same of a page or a file of the web site, which is no XML.
Answer judge_page(const net::Response& response, Time now);

}  // namespace paperboy::integrations::arxiv
