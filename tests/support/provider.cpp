#include "tests/support/provider.hpp"

#include <signal.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <stdexcept>

namespace paperboy::test {
namespace {

namespace json = boost::json;

std::string bytes_of(const Answer& answer) {
  std::vector<std::string> headers = answer.headers;
  headers.push_back("Content-Type: " + answer.content_type);
  return http_answer(answer.status, std::move(headers), answer.body);
}

Fault::Kind kind_named(std::string_view name) {
  static const std::map<std::string_view, Fault::Kind> kinds{
      {"drop_before", Fault::Kind::drop_before},  {"drop_after", Fault::Kind::drop_after},
      {"error_after", Fault::Kind::error_after},  {"instead", Fault::Kind::instead},
      {"trickle", Fault::Kind::trickle},          {"silence", Fault::Kind::silence},
      {"kill_before", Fault::Kind::kill_before},  {"kill_after", Fault::Kind::kill_after},
      {"kill_replied", Fault::Kind::kill_replied}};
  const auto at = kinds.find(name);
  if (at == kinds.end()) throw std::invalid_argument("there is no fault '" + std::string(name) + "'");
  return at->second;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

json::value parse_json(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error) throw std::invalid_argument("no JSON (" + error.message() + "): " + text.substr(0, 200));
  return value;
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const std::string_view field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), field.size() + 1));
    if (field.empty()) continue;
    const std::size_t equals = field.find('=');
    const std::string_view value = equals == field.npos ? std::string_view() : field.substr(equals + 1);
    fields.emplace_back(decoded(field.substr(0, equals)), decoded(value));
  }
  return fields;
}

Provider::Provider(boost::asio::io_context& loop, unsigned short port)
    : server_(loop, [this](std::shared_ptr<Peer> peer) { return serve(std::move(peer)); }, "127.0.0.1", port) {}

Provider::~Provider() = default;

void Provider::fail_next(std::string path, Fault fault, int times) {
  for (int i = 0; i < times; ++i) faults_.emplace_back(path, fault);
}

async::Awaitable<> Provider::serve(std::shared_ptr<Peer> peer) {
  for (;;) {
    const HttpRequest request = co_await peer->read_request();
    if (request.target.starts_with("/_fake/")) {
      co_await peer->send(bytes_of(controlled(request)));
      continue;
    }
    requests_.push_back(request.method + " " + request.target);
    const auto at = std::find_if(faults_.begin(), faults_.end(), [&](const auto& entry) {
      return request.target.find(entry.first) != std::string::npos;
    });
    if (at == faults_.end() && upgrades(request)) {
      co_await converse(peer, request);
      co_return;
    }
    if (at == faults_.end()) {
      co_await before_answer(request);
      co_await peer->send(bytes_of(answer(request)));
      continue;
    }
    const Fault fault = at->second;
    faults_.erase(at);
    const bool applied = fault.kind == Fault::Kind::drop_after || fault.kind == Fault::Kind::error_after ||
                         fault.kind == Fault::Kind::trickle || fault.kind == Fault::Kind::kill_after ||
                         fault.kind == Fault::Kind::kill_replied;
    const std::string usual = applied ? bytes_of(answer(request)) : std::string();
    switch (fault.kind) {
      case Fault::Kind::drop_before:
      case Fault::Kind::drop_after:
        peer->reset();
        co_return;
      case Fault::Kind::error_after:
      case Fault::Kind::instead:
        co_await peer->send(bytes_of(fault.answer));
        break;
      case Fault::Kind::trickle:
        co_await peer->trickle(usual, 1, fault.pause);
        break;
      case Fault::Kind::silence:
        co_await peer->wait_for_close();
        co_return;
      case Fault::Kind::kill_replied:
        co_await peer->send(usual);
        ::kill(fault.pid, SIGKILL);
        co_return;
      case Fault::Kind::kill_before:
      case Fault::Kind::kill_after:
        ::kill(fault.pid, SIGKILL);
        co_return;
    }
  }
}

Answer Provider::controlled(const HttpRequest& request) {
  try {
    return control(request);
  } catch (const std::exception& error) {
    return {400, json::serialize(json::object{{"error", error.what()}})};
  }
}

Answer Provider::control(const HttpRequest& request) {
  if (request.method == "GET" && request.target == "/_fake/applied") return {200, json::serialize(applied_)};
  if (request.method == "POST" && request.target == "/_fake/no_faults") {
    faults_.clear();
    return {200, "{}"};
  }
  if (request.method == "POST" && request.target == "/_fake/fault") {
    const json::object wish = parse_json(request.body).as_object();
    const auto text = [&](const char* key, std::string otherwise) {
      return wish.contains(key) ? std::string(wish.at(key).as_string()) : otherwise;
    };
    const auto number = [&](const char* key, int otherwise) {
      return wish.contains(key) ? static_cast<int>(wish.at(key).as_int64()) : otherwise;
    };
    Fault fault;
    fault.kind = kind_named(text("kind", ""));
    fault.answer = {number("status", 502), text("body", "<html>Bad Gateway</html>"), text("type", "text/html")};
    if (wish.contains("headers")) {
      for (const json::value& header : wish.at("headers").as_array())
        fault.answer.headers.emplace_back(header.as_string());
    }
    fault.pid = number("pid", 0);
    if (fault.kind >= Fault::Kind::kill_before && fault.pid <= 1) throw std::invalid_argument("whom to kill? 'pid'");
    fail_next(text("path", ""), fault, number("times", 1));
    return {200, "{}"};
  }
  return {404, "{}"};
}

}  // namespace paperboy::test
