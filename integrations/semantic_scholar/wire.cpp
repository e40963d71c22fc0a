#include "integrations/semantic_scholar/wire.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"

namespace paperboy::integrations::semantic_scholar {
namespace {

namespace json = boost::json;
using flow::CitationReply;
using Kind = CitationReply::Kind;

constexpr std::int64_t most_citations = 10'000'000;  // no paper has nearly as many

// A string, or an empty one.
std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::optional<std::int64_t> count_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  const std::int64_t* count = value == nullptr ? nullptr : value->if_int64();
  if (count == nullptr || *count < 0 || *count > most_citations) return std::nullopt;
  return *count;
}

// The ids by which an entry says what it is about.
std::vector<paper::PaperId> named_by(const json::object& entry) {
  std::vector<paper::PaperId> ids;
  const json::value* external = entry.if_contains("externalIds");
  const json::object* by_kind = external == nullptr ? nullptr : external->if_object();
  if (by_kind == nullptr) return ids;
  const auto arxiv = paper::parse_reference(text_at(*by_kind, "ArXiv"));
  if (arxiv && arxiv->id.is_arxiv()) ids.push_back(arxiv->id);
  if (const auto doi = paper::PaperId::doi(text_at(*by_kind, "DOI"))) ids.push_back(*doi);
  return ids;
}

CitationReply read_counts(const std::string& body, std::span<const paper::PaperId> asked) {
  CitationReply reply;
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  const json::array* entries = error ? nullptr : value.if_array();
  if (entries == nullptr) {
    reply.detail = "the answer is no list in JSON; is the address right, or does a proxy stand before it?";
    return reply;
  }
  reply.kind = Kind::answered;
  const std::set<paper::PaperId> wanted(asked.begin(), asked.end());
  for (const json::value& each : *entries) {
    const json::object* entry = each.if_object();  // null: not known there
    const auto count = entry == nullptr ? std::nullopt : count_at(*entry, "citationCount");
    if (!count) continue;
    for (const paper::PaperId& id : named_by(*entry)) {
      if (wanted.contains(id)) reply.counts.emplace(id, *count);
    }
  }
  return reply;
}

// {"error": "..."} or {"message": "..."}, for the log.
std::string said_in(const std::string& body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return {};
  std::string said = text_at(*object, "error");
  if (said.empty()) said = text_at(*object, "message");
  return text::ellipsize(text::collapse_space(text::sanitize(said)), 120);
}

Kind kind_of(int status) {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return Kind::refused;
    case 401:
    case 403:
    case 404:
    case 405:
    case 410:
      return Kind::misconfigured;
    default:
      return Kind::later;
  }
}

}  // namespace

std::string request_body(std::span<const paper::PaperId> papers) {
  json::array ids;
  for (const paper::PaperId& paper : papers) {
    const std::string& id = paper.str();
    ids.emplace_back(id.starts_with("doi:") ? "DOI:" + id.substr(4) : "ARXIV:" + id);
  }
  return json::serialize(json::object{{"ids", std::move(ids)}});
}

CitationReply read_response(const net::Response& response, std::span<const paper::PaperId> asked, Time now) {
  if (response.status == 200) return read_counts(response.body, asked);
  CitationReply reply;
  reply.kind = kind_of(response.status);
  reply.detail = "HTTP " + std::to_string(response.status);
  const std::string said = said_in(response.body);
  if (!said.empty()) reply.detail += " (" + said + ")";
  if (response.status == 401 || response.status == 403) {
    reply.detail += "; is citations.semantic_scholar.key right?";
  } else if (reply.kind == Kind::misconfigured) {
    reply.detail += "; is citations.semantic_scholar.api_url right?";
  }
  if (const std::optional<Duration> wait = net::retry_after(response, now)) {
    reply.wait = *wait;
    reply.detail += ", asked to wait " + format_duration(*wait);
  }
  return reply;
}

}  // namespace paperboy::integrations::semantic_scholar
