// A provider's strict fake as a program, for clients in other processes:
//   fake_provider NAME [--port N]
// prints "listening on http://127.0.0.1:PORT" and runs until SIGTERM. What it was sent: GET /_fake/applied; what is to
// go wrong: POST /_fake/fault (provider.hpp).
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <csignal>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "tests/support/fake_llm.hpp"
#include "tests/support/fake_matrix.hpp"
#include "tests/support/fake_semantic_scholar.hpp"
#include "tests/support/fake_slack.hpp"
#include "tests/support/fake_telegram.hpp"

namespace {

using paperboy::test::Provider;

template <class Fake>
std::unique_ptr<Provider> make(boost::asio::io_context& loop, unsigned short port) {
  return std::make_unique<Fake>(loop, port);
}

const std::map<std::string, std::function<std::unique_ptr<Provider>(boost::asio::io_context&, unsigned short)>> fakes{
    {"llm", make<paperboy::test::FakeLlm>},
    {"matrix", make<paperboy::test::FakeMatrix>},
    {"semantic_scholar", make<paperboy::test::FakeSemanticScholar>},
    {"slack", make<paperboy::test::FakeSlack>},
    {"telegram", make<paperboy::test::FakeTelegram>},
};

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  unsigned short port = 0;
  bool understood = fakes.contains(name) && (argc == 2 || argc == 4);
  if (understood && argc == 4) {
    const std::string number = argv[3];
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), port);
    understood = std::string(argv[2]) == "--port" && error == std::errc{} && end == number.data() + number.size();
  }
  if (!understood) {
    std::cerr << "usage: fake_provider NAME [--port N]; NAME is one of";
    for (const auto& [known, maker] : fakes) std::cerr << ' ' << known;
    std::cerr << '\n';
    return 2;
  }
  boost::asio::io_context loop;
  const std::unique_ptr<Provider> provider = fakes.at(name)(loop, port);
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&loop](const boost::system::error_code&, int) { loop.stop(); });
  std::cout << "listening on " << provider->url() << std::endl;
  loop.run();
  return 0;
}
