// What is sent, and what any answer means: hostile ones, too.
#include "integrations/semantic_scholar/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperboy::integrations::semantic_scholar {
namespace {

using flow::CitationReply;
using paper::PaperId;
using Kind = CitationReply::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

PaperId id(const char* canonical) {
  return *PaperId::from_canonical(canonical);
}

const std::vector<PaperId> asked{id("2106.15928"), id("hep-th/9901001"), id("doi:10.1101/2026.11.01.1")};

CitationReply read(const std::string& body, int status = 200, net::Headers headers = {}) {
  return read_response({status, std::move(headers), body, ""}, asked, Time{});
}

std::map<std::string, std::int64_t> counts(const std::string& body) {
  const CitationReply reply = read(body);
  EXPECT_EQ(reply.kind, Kind::answered) << body << reply.detail;
  std::map<std::string, std::int64_t> named;
  for (const auto& [paper, count] : reply.counts) named[paper.str()] = count;
  return named;
}

TEST(SemanticScholarWire, AsksByArxivIdOrDoi) {
  EXPECT_EQ(request_body(asked), R"({"ids":["ARXIV:2106.15928","ARXIV:hep-th/9901001","DOI:10.1101/2026.11.01.1"]})");
}

TEST(SemanticScholarWire, TakesCountsByTheIdsThatEntriesName) {
  EXPECT_THAT(counts(R"([{"paperId":"a","externalIds":{"ArXiv":"2106.15928","CorpusId":1},"citationCount":12},null,
                         {"paperId":"c","externalIds":{"DOI":"10.1101/2026.11.01.1"},"citationCount":0}])"),
              ElementsAre(Pair("2106.15928", 12), Pair("doi:10.1101/2026.11.01.1", 0)));
  // In another order, under arXiv's own DOI, with a version, in capitals.
  EXPECT_THAT(counts(R"([{"externalIds":{"DOI":"10.1101/2026.11.01.1"},"citationCount":3},
                         {"externalIds":{"DOI":"10.48550/arXiv.2106.15928"},"citationCount":4},
                         {"externalIds":{"ArXiv":"hep-th/9901001v3"},"citationCount":5}])"),
              ElementsAre(Pair("2106.15928", 4), Pair("doi:10.1101/2026.11.01.1", 3), Pair("hep-th/9901001", 5)));
}

TEST(SemanticScholarWire, TakesNothingFromEntriesThatAreNoAnswer) {
  for (const char* entry :
       {R"({"externalIds":{"ArXiv":"2106.15929"},"citationCount":7})",  // another paper, in its place
        R"({"externalIds":{},"citationCount":7})",                      // it does not say which
        R"({"citationCount":7})", R"({"externalIds":null,"citationCount":7})",
        R"({"externalIds":[],"citationCount":7})", R"({"externalIds":{"ArXiv":2106.15928},"citationCount":7})",
        R"({"externalIds":{"ArXiv":"10.1101/2026.11.01.1"},"citationCount":7})",  // a DOI is no arXiv id
        R"({"externalIds":{"ArXiv":"2106.15928"}})", R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":null})",
        R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":-1})",
        R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":"12"})",
        R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":12.5})",
        R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":1e300})",
        R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":18446744073709551615})",
        R"({"externalIds":{"ArXiv":"2106.15928"},"citationCount":9223372036854775807})", "7", "\"x\"", "[]", "true"}) {
    EXPECT_THAT(counts("[" + std::string(entry) + "]"), IsEmpty()) << entry;
    EXPECT_THAT(counts("[" + std::string(entry) + R"(,{"externalIds":{"ArXiv":"2106.15928"},"citationCount":2}])"),
                ElementsAre(Pair("2106.15928", 2)))
        << "and spoils nothing: " << entry;
  }
  EXPECT_THAT(counts("[]"), IsEmpty());
  EXPECT_THAT(counts("[null,null,null,null,null,null]"), IsEmpty());
}

TEST(SemanticScholarWire, WhatIsNoListIsNoAnswer) {
  const std::string whole = R"([{"externalIds":{"ArXiv":"2106.15928"},"citationCount":12}])";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) EXPECT_EQ(read(whole.substr(0, cut)).kind, Kind::later) << cut;
  for (const std::string& body :
       {std::string("{}"), std::string("null"), std::string("<html>login</html>"), std::string("[\"\xff\xfe\"]"),
        R"({"data":)" + whole + "}", whole + whole, std::string(100'000, '['), std::string("[\0]", 3)}) {
    const CitationReply reply = read(body);
    EXPECT_EQ(reply.kind, Kind::later) << body.substr(0, 100);
    EXPECT_THAT(reply.counts, IsEmpty());
    EXPECT_THAT(reply.detail, HasSubstr("no list"));
  }
}

TEST(SemanticScholarWire, KnowsWhatAStatusMeans) {
  struct Case {
    int status;
    std::string body;
    net::Headers headers;
    Kind kind;
    Duration wait;
    std::string detail;
  };
  using namespace std::chrono_literals;
  const std::string too_many = R"({"message":"Too Many Requests","code":"429"})";
  for (const Case& c :
       {Case{429, too_many, {}, Kind::later, 0s, "HTTP 429 (Too Many Requests)"},
        Case{429, too_many, {{"retry-after", "90"}}, Kind::later, 90s, "asked to wait"},
        Case{429, "", {{"retry-after", "soon"}}, Kind::later, 0s, "HTTP 429"},
        Case{503, "<html>", {{"retry-after", "Thu, 01 Jan 1970 00:01:00 GMT"}}, Kind::later, 60s, "503"},
        Case{500, "{", {}, Kind::later, 0s, "HTTP 500"}, Case{204, "", {}, Kind::later, 0s, "HTTP 204"},
        Case{301, "", {{"location", "https://x.org"}}, Kind::later, 0s, "HTTP 301"},
        Case{400, R"({"error":"No valid paper ids given"})", {}, Kind::refused, 0s, "No valid paper"},
        Case{413, "", {}, Kind::refused, 0s, "HTTP 413"}, Case{401, "", {}, Kind::misconfigured, 0s, "key right?"},
        Case{403, R"({"message":"Forbidden"})", {}, Kind::misconfigured, 0s, "key right?"},
        Case{404, R"({"error":7})", {}, Kind::misconfigured, 0s, "api_url right?"}}) {
    const CitationReply reply = read(c.body, c.status, c.headers);
    EXPECT_EQ(reply.kind, c.kind) << c.status;
    EXPECT_EQ(reply.wait, c.wait) << c.status;
    EXPECT_THAT(reply.detail, HasSubstr(c.detail));
  }
  const CitationReply long_winded = read(R"({"error":")" + std::string(100'000, 'x') + "\\u0000\\n\"}", 400);
  EXPECT_LT(long_winded.detail.size(), 200u);
}

}  // namespace
}  // namespace paperboy::integrations::semantic_scholar
