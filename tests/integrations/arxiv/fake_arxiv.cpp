#include "tests/integrations/arxiv/fake_arxiv.hpp"

#include <algorithm>
#include <tuple>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "integrations/arxiv/oai.hpp"

namespace paperboy::test {
namespace {

std::string decode(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> query_of(const std::string& url) {
  std::map<std::string, std::string> query;
  const std::size_t mark = url.find('?');
  if (mark == std::string::npos) return query;
  for (const std::string_view part : text::split(std::string_view(url).substr(mark + 1), '&')) {
    const std::size_t equals = part.find('=');
    query[std::string(part.substr(0, equals))] = decode(part.substr(equals + 1));
  }
  return query;
}

std::string oai_head(const std::string& date) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
    <responseDate>)" +
         date + R"(</responseDate>
    <request verb="ListRecords">https://oaipmh.arxiv.org/oai</request>
)";
}

std::string oai_record(const FakePaper& paper) {
  std::string xml = "<record><header><identifier>oai:arXiv.org:" + paper.id + "</identifier><datestamp>" +
                    paper.datestamp + "</datestamp>";
  for (const std::string_view category : text::split(paper.categories, ' ')) {
    xml += "<setSpec>" + integrations::arxiv::oai_set(category) + "</setSpec>";
  }
  xml += "</header><metadata><arXivRaw xmlns=\"http://arxiv.org/OAI/arXivRaw/\"><id>" + paper.id +
         "</id><submitter>Ada van Dijk</submitter>";
  for (std::size_t i = 0; i < paper.versions.size(); ++i) {
    const bool newest = i + 1 == paper.versions.size();
    xml += "<version version=\"v" + std::to_string(i + 1) + "\"><date>" + paper.versions[i] +
           "</date><size>85kb</size><source_type>" + (newest ? paper.source_type : "D") + "</source_type></version>";
  }
  xml += "<title>" + text::escape_html(paper.title) +
         "</title><authors>Ada M. van Dijk, Jos\\'e P\\'erez</authors><categories>" + paper.categories +
         "</categories><license>http://creativecommons.org/licenses/by/4.0/</license><abstract>  We show $x &lt; "
         "y$.\n</abstract>"
         "</arXivRaw></metadata></record>\n";
  return xml;
}

net::Response ok(std::string body, const std::string& type = "text/xml") {
  net::Response response;
  response.status = 200;
  response.headers = {{"content-type", type}};
  response.body = std::move(body);
  return response;
}

bool in_set(const FakePaper& paper, const std::string& set) {
  if (set.empty()) return true;
  for (const std::string_view category : text::split(paper.categories, ' ')) {
    if ((integrations::arxiv::oai_set(category) + ":").starts_with(set + ":")) return true;
  }
  return false;
}

}  // namespace

std::string rss_feed(const std::string& category, const std::vector<FeedLine>& lines) {
  std::string xml = R"(<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
  <channel>
    <title>)" + category +
                    R"( updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/)" +
                    category + R"(</link>
    <description>)" +
                    category + R"( updates on the arXiv.org e-print archive.</description>
    <lastBuildDate>Tue, 03 Nov 2026 05:00:11 +0000</lastBuildDate>
    <pubDate>Tue, 03 Nov 2026 00:00:00 -0500</pubDate>
    <skipDays><day>Saturday</day><day>Sunday</day></skipDays>
)";
  for (const FeedLine& line : lines) {
    const std::string id = line.id.substr(0, line.id.rfind('v'));
    xml += "    <item>\n      <title>Paper " + id + "</title>\n      <link>https://arxiv.org/abs/" + id +
           "</link>\n      <description>arXiv:" + line.id + " Announce Type: " + line.kind +
           " \nAbstract: We show it.</description>\n" + "      <guid isPermaLink=\"false\">oai:arXiv.org:" + line.id +
           "</guid>\n";
    for (const std::string_view each : text::split(line.categories, ' ')) {
      xml += "      <category>" + std::string(each) + "</category>\n";
    }
    xml += "      <pubDate>Tue, 03 Nov 2026 00:00:00 -0500</pubDate>\n      <arxiv:announce_type>" + line.kind +
           "</arxiv:announce_type>\n      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>\n" +
           "      <dc:creator>Ada M. van Dijk (Inst. A, Inst. B), Jos\\'e P\\'erez</dc:creator>\n    </item>\n";
  }
  return xml + "  </channel>\n</rss>\n";
}

void FakeArxiv::fail_once(const std::string& where, int status, std::string body, net::Headers headers) {
  Fault fault{where, {}, false};
  fault.response.status = status;
  fault.response.body = std::move(body);
  fault.response.headers = std::move(headers);
  faults.push_back(std::move(fault));
}

void FakeArxiv::lose_once(const std::string& where) {
  faults.push_back({where, {}, true});
}

std::string FakeArxiv::Asked::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (text::iequals_ascii(key, name)) return value;
  }
  return {};
}

std::vector<std::string> FakeArxiv::urls() const {
  std::vector<std::string> list;
  for (const Asked& each : asked) list.push_back(each.url);
  return list;
}

std::size_t FakeArxiv::count(const std::string& where) const {
  return static_cast<std::size_t>(std::count_if(
      asked.begin(), asked.end(), [&](const Asked& each) { return each.url.find(where) != std::string::npos; }));
}

net::Response FakeArxiv::feed(const std::string& category, const net::Headers& headers) {
  const auto at = feeds.find(category);
  if (at == feeds.end()) {
    net::Response response = ok(rss_feed("Feed error for query: http://rss.arxiv.org/rss/" + category + "; no", {}));
    response.status = 400;
    return response;
  }
  const std::string etag = "\"" + std::to_string(std::hash<std::string>{}(at->second)) + "\"";
  for (const auto& [name, value] : headers) {
    if (conditional && text::iequals_ascii(name, "If-None-Match") && value == etag) {
      net::Response response;
      response.status = 304;
      return response;
    }
  }
  net::Response response = ok(at->second, "application/rss+xml");
  response.headers.emplace_back("etag", etag);
  return response;
}

net::Response FakeArxiv::oai(const std::map<std::string, std::string>& query) {
  const std::string date = format_rfc3339(clock_.now()).substr(0, 19) + "Z";
  const auto error = [&](const std::string& code, const std::string& why) {
    return ok(oai_head(date) + "    <error code='" + code + "'>" + why + "</error>\n</OAI-PMH>");
  };
  std::string from, set;
  std::size_t skip = 0;
  if (const auto token = query.find("resumptionToken"); token != query.end()) {
    // The token is percent-encoded text itself. A client that did not encode it once more arrives here with it decoded.
    if (query.size() != 2) return error("badArgument", "resumptionToken is exclusive");
    if (token->second.find('%') == std::string::npos) return error("badResumptionToken", "Token decoding failed");
    const std::map<std::string, std::string> inner = query_of("?" + decode(token->second));
    if (inner.at("epoch") != std::to_string(token_epoch_)) return error("badResumptionToken", "The token expired");
    from = inner.at("from");
    set = inner.contains("set") ? inner.at("set") : "";
    skip = static_cast<std::size_t>(std::stoul(inner.at("skip")));
  } else {
    if (!query.contains("from") || query.at("metadataPrefix") != "arXivRaw")
      return error("badArgument", "bad arguments");
    from = query.at("from");
    set = query.contains("set") ? query.at("set") : "";
  }
  std::vector<const FakePaper*> list;
  for (const FakePaper& paper : papers) {
    if (paper.datestamp >= from && in_set(paper, set)) list.push_back(&paper);
  }
  std::sort(list.begin(), list.end(), [](const FakePaper* a, const FakePaper* b) {
    return std::tie(a->datestamp, a->id) < std::tie(b->datestamp, b->id);
  });
  if (list.empty()) return error("noRecordsMatch", "The combination of the values results in an empty list.");
  std::string xml = oai_head(date) + "    <ListRecords>\n";
  const std::size_t end = std::min(list.size(), skip + page_size);
  for (std::size_t i = skip; i < end; ++i) xml += oai_record(*list[i]);
  if (end < list.size()) {
    // As the server does: the query rewritten to start at the last date seen, and how many of it to skip.
    const std::string last = list[end - 1]->datestamp;
    const auto first =
        std::find_if(list.begin(), list.end(), [&](const FakePaper* paper) { return paper->datestamp == last; });
    const auto skipped = end - static_cast<std::size_t>(first - list.begin());
    xml +=
        "<resumptionToken "
        "expirationDate='2026-11-04T00:00:00Z'>verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D" +
        last + (set.empty() ? "" : "%26set%3D" + text::replace_all(set, ":", "%3A")) + "%26epoch%3D" +
        std::to_string(token_epoch_) + "%26skip%3D" + std::to_string(skipped) + "</resumptionToken>\n";
  } else if (skip > 0) {
    xml += "<resumptionToken/>\n";
  }
  return ok(xml + "    </ListRecords>\n</OAI-PMH>");
}

net::Response FakeArxiv::api(const std::map<std::string, std::string>& query) {
  const std::size_t most = query.contains("max_results") ? std::stoul(query.at("max_results")) : 10;
  const std::size_t start = query.contains("start") ? std::stoul(query.at("start")) : 0;
  std::vector<const FakePaper*> found;
  for (const std::string_view id : text::split(query.at("id_list"), ',')) {
    for (const FakePaper& paper : papers) {
      if (paper.id == id) found.push_back(&paper);
    }
  }
  std::string xml = R"(<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id>
  <title>arXiv Query</title>
  <opensearch:itemsPerPage>)" +
                    std::to_string(most) + "</opensearch:itemsPerPage>\n  <opensearch:totalResults>" +
                    std::to_string(found.size()) + "</opensearch:totalResults>\n";
  for (std::size_t i = start; i < std::min(found.size(), start + most); ++i) {
    const FakePaper& paper = *found[i];
    xml += "  <entry>\n    <id>http://arxiv.org/abs/" + paper.id + "v" + std::to_string(paper.versions.size()) +
           "</id>\n    <title>" + text::escape_html(paper.title) +
           "</title>\n    <updated>2026-11-02T10:00:00Z</updated>\n    <summary>  We show it.</summary>\n";
    for (const std::string_view category : text::split(paper.categories, ' ')) {
      xml += "    <category term=\"" + std::string(category) + "\" scheme=\"http://arxiv.org/schemas/atom\"/>\n";
    }
    xml +=
        "    <published>2026-11-01T10:00:00Z</published>\n    <author><name>Ada M. van Dijk</name></author>\n  "
        "</entry>\n";
  }
  return ok(xml + "</feed>\n", "application/atom+xml");
}

net::Response FakeArxiv::answer(const std::string& url, const net::Headers& headers) {
  if (url.find("/rss/") != std::string::npos) return feed(url.substr(url.find("/rss/") + 5), headers);
  if (url.find("/oai") != std::string::npos) return oai(query_of(url));
  if (url.find("/api/query") != std::string::npos) return api(query_of(url));
  net::Response response;
  response.status = 404;
  return response;
}

async::Awaitable<net::Response> FakeArxiv::fetch(net::Request request) {
  Asked record{request.url, request.headers, std::chrono::steady_clock::now(), {}};
  co_await async::sleep_for(Duration{0});  // as a socket would: not at once
  record.ended = std::chrono::steady_clock::now();
  asked.push_back(record);
  net::Response response;
  const auto fault = std::find_if(faults.begin(), faults.end(),
                                  [&](const Fault& each) { return request.url.find(each.where) != std::string::npos; });
  if (fault == faults.end()) {
    response = answer(request.url, request.headers);
  } else {
    const Fault struck = *fault;
    faults.erase(fault);
    if (struck.lost) throw net::NetError("connection reset by the test", net::Phase::after_request);
    response = struck.response;
  }
  response.url = request.url;
  if (response.body.size() > request.max_body) throw net::NetError("the body is too large", net::Phase::after_request);
  co_return response;
}

async::Awaitable<net::MailReply> FakeArxiv::send_mail(net::MailServer, net::Mail, net::MailTimeouts) {
  throw net::NetError("no mail here", net::Phase::before_request);
  co_return net::MailReply{};
}

}  // namespace paperboy::test
