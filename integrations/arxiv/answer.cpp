#include "integrations/arxiv/answer.hpp"

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"

namespace paperboy::integrations::arxiv {
namespace {

Answer throttled(std::string what, const net::Response& response, Time now) {
  Answer answer{Meaning::throttled, std::move(what), net::retry_after(response, now)};
  if (answer.wait) answer.reason += ", asked to wait " + format_duration(*answer.wait);
  return answer;
}

// The body of a 200: is it XML that an answer could be?
Answer judge_body(const net::Response& response, Time now) {
  std::string_view body = response.body;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  body = text::trim(body);
  if (body.empty()) return throttled("an empty answer", response, now);
  if (body.front() != '<') {
    return throttled(
        "text instead of XML: '" + text::ellipsize(text::collapse_space(text::sanitize(body.substr(0, 300))), 80) + "'",
        response, now);
  }
  if (text::starts_with_ci(body, "<!DOCTYPE html") || text::starts_with_ci(body, "<html")) {
    return throttled("a web page instead of XML", response, now);
  }
  return {Meaning::ok, {}, {}};
}

Answer judge_status(const net::Response& response, Time now) {
  const int status = response.status;
  const std::string what = "HTTP " + std::to_string(status);
  if (status == 304) return {Meaning::not_modified, {}, {}};
  if (status == 403)
    return {Meaning::blocked, what + ": access denied; nothing is asked for " + format_duration(blocked_for),
            blocked_for};
  if (status == 429 || status == 406 || (status >= 500 && status <= 599)) return throttled(what, response, now);
  if (status >= 400 && status <= 499) return {Meaning::permanent, what, {}};
  return {Meaning::broken, what, {}};
}

}  // namespace

Answer judge(const net::Response& response, Time now) {
  return response.status == 200 ? judge_body(response, now) : judge_status(response, now);
}

Answer judge_page(const net::Response& response, Time now) {
  if (response.status != 200) return judge_status(response, now);
  const std::string_view body = text::trim(std::string_view(response.body).substr(0, 300));
  if (body.empty()) return throttled("an empty answer", response, now);
  if (text::starts_with_ci(body, "Rate exceeded")) return throttled("Rate exceeded.", response, now);
  return {Meaning::ok, {}, {}};
}

}  // namespace paperboy::integrations::arxiv
