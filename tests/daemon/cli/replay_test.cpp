#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>

#include <filesystem>

#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::HasSubstr;

// A port of this machine on which a mail server could answer.
class Port {
 public:
  Port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 5), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    number_ = ntohs(address.sin_port);
  }
  ~Port() { ::close(socket_); }
  Port(const Port&) = delete;
  int number() const { return number_; }
  // Has anybody connected within `patience`?
  bool called(int milliseconds) const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) == 1;
  }

 private:
  int socket_;
  int number_ = 0;
};

// One mailing with one paper, and a person who reads mail.
class Replay : public testing::Test {
 protected:
  Replay() {
    folder.write("recordings/day.jsonl",
                 R"({"id": "2606.00001", "version": 1, "title": "A robot that folds", "authors": ["A. B"], )"
                 R"("categories": ["cs.RO"], "announced": "2026-06-02", "abstract": "We present a robot. It folds."})"
                 "\n");
    folder.write("ada.yaml",
                 "id: ada\nname: Ada\ntime_zone: UTC\ndigest: on_announcement\nchannels: [{email: ada@example.test}]\n"
                 "topics: [{name: Robots, query: robot*}]\n");
    settings =
        folder
            .write("paperboy.yaml",
                   "store: {path: live.db}\nserver: {listen: 'off'}\npeople: {files: [ada.yaml]}\nchannels:\n  email: "
                   "{host: 127.0.0.1, port: " +
                       std::to_string(port.number()) + ", security: none, from: digest@example.test}\n")
            .string();
  }

  std::vector<std::string> command(std::vector<std::string> more) const {
    std::vector<std::string> all{"replay",  "--config",  settings, "--from", (folder.path() / "recordings").string(),
                                 "--start", "2026-06-02"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::vector<std::string> digests() const {
    std::vector<std::string> names;
    if (!std::filesystem::exists(folder.path() / "out" / "ada")) return names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "out" / "ada")) {
      if (entry.path().extension() == ".md") names.push_back(entry.path().filename().string());
    }
    return names;
  }

  Port port;
  settings::Folder folder;
  std::string settings;
};

TEST_F(Replay, SendsNothingToAnybodyAndLeavesTheStoreAlone) {
  const Result result = run(command({"--output", (folder.path() / "out").string()}));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(digests().size(), 1u);
  EXPECT_FALSE(port.called(0));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "live.db"));
}

TEST_F(Replay, GoesOnInADatabaseOfItsOwn) {
  const std::string database = (folder.path() / "replay.db").string(), out = (folder.path() / "out").string();
  ASSERT_EQ(run(command({"--output", out, "--database", database})).status, 0);
  ASSERT_EQ(digests().size(), 1u);
  std::filesystem::remove_all(out);
  EXPECT_EQ(run(command({"--output", out, "--database", database})).status, 0);
  EXPECT_EQ(digests().size(), 0u);  // it was there already
}

TEST_F(Replay, SendsWhenItIsToldTo) {
  const Program program(command({"--send", "--database", (folder.path() / "replay.db").string()}));
  EXPECT_TRUE(port.called(60'000));
}

TEST_F(Replay, SendsOnlyWithADatabaseThatRemembersIt) {
  const Result result = run(command({"--send"}));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("--database"));
  const Result both = run(command({"--send", "--database", (folder.path() / "replay.db").string(), "--output", "x"}));
  EXPECT_EQ(both.status, 2);
  EXPECT_FALSE(port.called(0));
}

}  // namespace
}  // namespace paperboy::cli
