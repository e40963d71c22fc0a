#pragma once
// A token or password: there is no way to print one by accident.
#include <string>
#include <utility>

namespace paperboy {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  // The only way out; call it where the bytes go on the wire and nowhere else.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace paperboy
