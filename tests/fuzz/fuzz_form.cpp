// Any bytes as a form: what is read is text, nothing is made up, and what a browser writes of it is read as the same.
#include <cstdint>

#include "daemon/web/form.hpp"
#include "tests/fuzz/must.hpp"

using namespace paperboy;

namespace {

std::string encoded(std::string_view text) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '+';
    } else {
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const std::optional<web::Form> form = web::parse_form(body);
  if (!form) return 0;
  must(size <= web::longest_form, "a longer form was read");
  // Names that are asked for, and the first one of the input.
  std::string first(body.substr(0, std::min(body.find_first_of("=&"), body.size())));
  for (const std::string& name : {std::string("action"), std::string("day"), std::string("query"), first}) {
    const std::vector<std::string> values = form->texts(name);
    must(values.size() <= web::most_fields, "more fields than may be");
    must(form->has(name) == !values.empty(), "a field is there and is not");
    must(form->text(name) == (values.size() == 1 ? values[0] : ""), "one value of several was chosen");
    std::string again;
    for (const std::string& value : values) {
      must(value.size() <= 3 * size, "a value was made up");
      must(text::sanitize(value) == value, "a value is no text");
      must(text::trim(value) == value, "a value has blanks around it");
      again += (again.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
    }
    if (again.size() > web::longest_form || name.empty()) continue;
    const std::optional<web::Form> same = web::parse_form(again);
    must(same && (text::sanitize(name) != name || same->texts(name) == values), "a field was read otherwise again");
  }
  return 0;
}
