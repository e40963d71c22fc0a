#include "tests/support/fake_semantic_scholar.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

constexpr std::string_view path = "/graph/v1/paper/batch";
constexpr std::size_t most_ids = 500;
constexpr std::array<std::string_view, 12> known_fields{"paperId",       "corpusId",       "externalIds",     "url",
                                                        "title",         "abstract",       "venue",           "year",
                                                        "citationCount", "referenceCount", "publicationDate", "tldr"};
constexpr std::array<std::string_view, 8> known_kinds{
    "ARXIV:", "DOI:", "CorpusId:", "MAG:", "ACL:", "PMID:", "PMCID:", "URL:"};

Answer refusal(int status, const std::string& error) {
  return {status, json::serialize(json::object{{"error", error}})};
}

std::string header(const HttpRequest& request, const char* name) {
  const auto at = request.headers.find(name);
  return at == request.headers.end() ? std::string() : at->second;
}

}  // namespace

FakeSemanticScholar::FakeSemanticScholar(boost::asio::io_context& loop, unsigned short port) : Provider(loop, port) {}

void FakeSemanticScholar::know(const std::string& id, std::int64_t citations, const json::object& other) {
  const std::size_t colon = id.find(':');
  const std::string kind = id.substr(0, colon) == "ARXIV" ? "ArXiv" : id.substr(0, colon);
  json::object external{{"CorpusId", static_cast<std::int64_t>(papers_.size() + 1)}, {kind, id.substr(colon + 1)}};
  if (!other.empty()) external = other;
  papers_[id] = {{"paperId", "649def34f8be52c8b66281af98ae884c09aef38b"},
                 {"externalIds", external},
                 {"title", "A title"},
                 {"citationCount", citations}};
}

Answer FakeSemanticScholar::control(const HttpRequest& request) {
  if (request.method != "POST" || request.target != "/_fake/papers") return Provider::control(request);
  const json::value wish = parse_json(request.body);
  for (const auto& [id, count] : wish.as_object()) know(std::string(id), count.as_int64());
  return {200, "{}"};
}

Answer FakeSemanticScholar::answer(const HttpRequest& request) {
  const std::size_t question = request.target.find('?');
  if (request.target.substr(0, question) != path) return {404, R"({"message":"Not Found"})"};
  if (request.method != "POST") return {405, R"({"message":"Method Not Allowed"})"};
  const std::string given = header(request, "x-api-key");
  const bool right = key.empty() ? given.empty() || given == usual_key : given == key;
  if (!right || request.headers.contains("authorization")) return {403, R"({"message":"Forbidden"})"};

  std::vector<std::string> wanted;
  const auto query =
      parse_form(question == std::string::npos ? "" : std::string_view(request.target).substr(question + 1));
  for (const auto& [name, value] : query) {
    if (name != "fields" || !wanted.empty()) return refusal(400, "Unrecognized query parameter: " + name);
    for (const std::string_view field : text::split(value, ',')) wanted.emplace_back(field);
  }
  // Without them the real one answers with paperId and title alone: nobody means that.
  if (wanted.empty()) return refusal(400, "fields is missing");
  for (const std::string& field : wanted) {
    if (std::find(known_fields.begin(), known_fields.end(), field) == known_fields.end()) {
      return refusal(400, "Unrecognized or unsupported fields: [" + field + "]");
    }
  }

  if (header(request, "content-type") != "application/json") return refusal(400, "Content-Type is not JSON");
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const json::object* object = error ? nullptr : body.if_object();
  const json::value* ids = object == nullptr || object->size() != 1 ? nullptr : object->if_contains("ids");
  const json::array* list = ids == nullptr ? nullptr : ids->if_array();
  if (list == nullptr) return refusal(400, "Invalid JSON in request body");
  if (list->empty() || list->size() > most_ids) return refusal(400, "ids: 1 to 500 are allowed");
  json::array found;
  for (const json::value& each : *list) {
    if (!each.is_string()) return refusal(400, "an id is no string");
    const std::string id(each.as_string());
    const bool sound = std::any_of(known_kinds.begin(), known_kinds.end(), [&](std::string_view kind) {
      return id.starts_with(kind) && id.size() > kind.size();
    });
    if (!sound || id == unspeakable) return refusal(400, "No valid paper ids given: " + id);
    const auto at = papers_.find(id);
    if (at == papers_.end()) {
      found.emplace_back(nullptr);
      continue;
    }
    json::object shown{{"paperId", at->second.at("paperId")}};
    for (const std::string& field : wanted) {
      if (at->second.contains(field)) shown[field] = at->second.at(field);
    }
    found.push_back(std::move(shown));
  }
  applied_.push_back(json::object{{"ids", *list}, {"key", given}});
  return {200, json::serialize(found)};
}

}  // namespace paperboy::test
