#pragma once
// Semantic Scholar's POST /graph/v1/paper/batch (api.semanticscholar.org/api-docs/graph, "Get details for multiple
// papers at once"): refuses what the real one refuses.
#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "tests/support/provider.hpp"

namespace paperboy::test {

class FakeSemanticScholar final : public Provider {
 public:
  static constexpr std::string_view usual_key = "s2k-fake";

  explicit FakeSemanticScholar(boost::asio::io_context& loop, unsigned short port = 0);

  std::string api_url() const { return url("/graph/v1"); }

  // By the id they are asked for with; their externalIds say so, unless `other` is given.
  void know(const std::string& id, std::int64_t citations, const boost::json::object& other = {});

  std::string key;          // of all requests; empty: those with `usual_key` and those without one
  std::string unspeakable;  // a request that names this id is refused as a whole

 protected:
  // POST /_fake/papers {"ARXIV:2106.15928": 12}
  Answer control(const HttpRequest& request) override;
  // Requests that were right are kept in applied(): {"ids": [...], "key": "..."}.
  Answer answer(const HttpRequest& request) override;

 private:
  std::map<std::string, boost::json::object> papers_;
};

}  // namespace paperboy::test
