#pragma once
// Within the fake homeserver: a request, taken apart, and answers.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/clock.hpp"
#include "tests/support/fake_matrix.hpp"

namespace paperboy::test {

struct FakeMatrix::Call {
  std::string method, bearer, device, raw;
  std::vector<std::string> path;  // below /_matrix/client, decoded
  std::map<std::string, std::string> query;
  boost::json::object body;
  bool is_json = false, is_object = false;
  std::string at(std::size_t i) const { return i < path.size() ? path[i] : std::string(); }
};

namespace matrix {

inline std::int64_t now_ms() {
  return to_epoch_ms(SystemClock().now());
}

inline Answer okay(const boost::json::object& body) {
  return {200, boost::json::serialize(body)};
}
inline Answer error(int status, const std::string& errcode, const std::string& text) {
  return {status, boost::json::serialize(boost::json::object{{"errcode", errcode}, {"error", text}})};
}
inline std::string text_of(const boost::json::object& object, const char* key) {
  const boost::json::value* at = object.if_contains(key);
  return at != nullptr && at->is_string() ? std::string(at->get_string()) : std::string();
}

}  // namespace matrix
}  // namespace paperboy::test
