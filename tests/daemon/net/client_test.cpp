#include "daemon/net/client.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "daemon/base/time.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::net {
namespace {

using namespace std::chrono_literals;

std::optional<Duration> wait_of(const std::string& header) {
  Response response;
  response.headers = {{"retry-after", header}};
  return retry_after(response, *parse_rfc3339("2026-11-03T06:00:00Z"));
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(wait_of("0"), 0s);
  EXPECT_EQ(wait_of(" 120 "), 120s);
  EXPECT_EQ(wait_of("Tue, 03 Nov 2026 06:00:30 GMT"), 30s);
  EXPECT_EQ(wait_of("Tue, 03 Nov 2026 05:00:00 GMT"), 0s) << "a date that has passed";
}

TEST(RetryAfter, IsNothingElse) {
  for (const char* header :
       {"", "-1", "1.5", "soon", "99999999999999999999", "0x10", "Tue, 33 Nov 2026 06:00:00 GMT"}) {
    EXPECT_EQ(wait_of(header), std::nullopt) << header;
  }
  EXPECT_EQ(retry_after(Response{}, Time{}), std::nullopt);
}

class FolderClientTest : public testing::Test {
 protected:
  FolderClientTest() {
    std::string name = (std::filesystem::temp_directory_path() / "paperboy-folder-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    put("day/rss.arxiv.org/rss/cs.CV", "feed");
    put("day/rss.arxiv.org/rss/cs.LG.xml", "xml feed");
    put("day/api.test/works.json", "{}");
    put("day/api.test/list@set=a_b&from=1", "page");
    put("secret", "secret");
  }
  ~FolderClientTest() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  Response get(const std::string& url, const std::string& method = "GET", std::size_t max_body = 100) {
    Response response;
    test::run(fetch_into(response, url, method, max_body));
    return response;
  }
  async::Awaitable<> fetch_into(Response& response, std::string url, std::string method, std::size_t max_body) {
    Request request;
    request.method = method;
    request.url = url;
    request.max_body = max_body;
    response = co_await client_.fetch(std::move(request));
  }

  std::filesystem::path root_;
  FolderClient client_{"unset"};
};

TEST_F(FolderClientTest, AnswersFromFiles) {
  client_.set_folder((root_ / "day").string());
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.CV").body, "feed");
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.CV").status, 200);
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.LG").body, "xml feed");
  EXPECT_EQ(get("http://api.test/works").body, "{}");
  EXPECT_EQ(get("http://api.test/list?set=a/b&from=1#top").body, "page");
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.AI").status, 404);
  EXPECT_EQ(get("https://rss.arxiv.org/rss").status, 404) << "a folder is no answer";
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.CV", "POST").status, 405);
  EXPECT_THROW(get("https://rss.arxiv.org/rss/cs.CV", "GET", 3), NetError);
}

TEST_F(FolderClientTest, NeverLeavesItsFolder) {
  client_.set_folder((root_ / "day").string());
  for (const char* url : {"http://../secret", "http://rss.arxiv.org/../../secret", "http:///secret", "secret",
                          "http://x/..?..", "", "http://rss.arxiv.org/rss/../../../secret"}) {
    EXPECT_EQ(get(url).status, 404) << url;
  }
}

TEST_F(FolderClientTest, FollowsAReplayFromDayToDay) {
  client_.set_folder((root_ / "tomorrow").string());
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.CV").status, 404);
  put("tomorrow/rss.arxiv.org/rss/cs.CV", "new feed");
  EXPECT_EQ(get("https://rss.arxiv.org/rss/cs.CV").body, "new feed");
}

async::Awaitable<> send_nothing(FolderClient& client) {
  MailServer server;
  Mail mail;
  MailTimeouts timeouts;
  co_await client.send_mail(std::move(server), std::move(mail), timeouts);
}

TEST_F(FolderClientTest, SendsNoMail) {
  try {
    test::run(send_nothing(client_));
    FAIL();
  } catch (const NetError& e) {
    EXPECT_EQ(e.phase(), Phase::before_request);
  }
}

}  // namespace
}  // namespace paperboy::net
