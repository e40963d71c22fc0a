#pragma once
// HTML put together piece by piece. What stands in `text` is escaped; what stands in `raw` must be HTML already.
#include <string>
#include <string_view>

#include "daemon/base/text.hpp"

namespace paperboy::web {

class Html {
 public:
  Html& raw(std::string_view html) {
    out_ += html;
    return *this;
  }
  Html& text(std::string_view text) {
    out_ += paperboy::text::escape_html(text);
    return *this;
  }
  // <tag>text</tag>
  Html& element(std::string_view tag, std::string_view content) { return element(tag, "", content); }
  // <tag attributes>text</tag>; `attributes` is HTML.
  Html& element(std::string_view tag, std::string_view attributes, std::string_view content) {
    raw("<").raw(tag).raw(attributes.empty() ? "" : " ").raw(attributes).raw(">").text(content);
    return raw("</").raw(tag).raw(">\n");
  }
  Html& link(std::string_view url, std::string_view content) {
    raw("<a href=\"").text(url).raw("\">").text(content);
    return raw("</a>");
  }
  // A button that posts "action=ACTION" and up to one field more to the page itself. `about` is heard, not seen: it
  // tells buttons of one name apart.
  Html& button(std::string_view action, std::string_view label, std::string_view field = "",
               std::string_view value = "", std::string_view about = "") {
    raw("<form method=\"post\">");
    if (!field.empty()) hidden(field, value);
    submit(action, label, about);
    return raw("</form>\n");
  }
  Html& hidden(std::string_view field, std::string_view value) {
    return raw("<input type=\"hidden\" name=\"").text(field).raw("\" value=\"").text(value).raw("\">");
  }
  Html& submit(std::string_view action, std::string_view label, std::string_view about = "") {
    raw("<button type=\"submit\" name=\"action\" value=\"").text(action).raw("\">").text(label);
    if (!about.empty()) raw("<span class=\"hidden\">: ").text(about).raw("</span>");
    return raw("</button>");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace paperboy::web
