#pragma once
// JSON objects and forms as Slack writes them. Pure. Internal to this integration.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boost::json {
class object;
}

namespace paperboy::integrations::slack {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

// Members that are absent or of another kind are "" and null.
std::string text_at(const boost::json::object& object, std::string_view key);
const boost::json::object* object_at(const boost::json::object& object, std::string_view key);

// application/x-www-form-urlencoded (WHATWG URL section 5). Reading takes any bytes.
std::string form(const Fields& fields);
Fields read_form(std::string_view body);

}  // namespace paperboy::integrations::slack
