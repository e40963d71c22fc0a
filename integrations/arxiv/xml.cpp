#include "integrations/arxiv/xml.hpp"

#include <pugixml.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::arxiv {
namespace {

// A DOCTYPE can only stand in the prolog: after declarations, processing instructions and comments.
bool has_doctype(std::string_view rest) {
  for (;;) {
    rest = text::trim(rest);
    if (rest.starts_with("\xEF\xBB\xBF")) {
      rest.remove_prefix(3);
    } else if (rest.starts_with("<?")) {
      const std::size_t end = rest.find("?>");
      if (end == std::string_view::npos) return false;
      rest.remove_prefix(end + 2);
    } else if (rest.starts_with("<!--")) {
      const std::size_t end = rest.find("-->", 4);
      if (end == std::string_view::npos) return false;
      rest.remove_prefix(end + 3);
    } else {
      return text::starts_with_ci(rest, "<!DOCTYPE");
    }
  }
}

}  // namespace

std::optional<std::string> load_xml(std::string_view bytes, pugi::xml_document& document) {
  if (text::trim(bytes).empty()) return "the answer is empty";
  if (has_doctype(bytes)) return "the answer has a DOCTYPE, which is refused";
  const pugi::xml_parse_result result =
      document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    return std::string("not well-formed XML: ") + result.description() + " at byte " + std::to_string(result.offset) +
           " of " + std::to_string(bytes.size());
  }
  return std::nullopt;
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view local) {
  for (const pugi::xml_node& each : node.children()) {
    if (each.type() == pugi::node_element && local_name(each.name()) == local) return each;
  }
  return {};
}

std::string text_of(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& each : node.children()) {
    if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata) text += each.value();
  }
  return text;
}

std::string child_text(const pugi::xml_node& node, std::string_view local) {
  return text_of(child(node, local));
}

}  // namespace paperboy::integrations::arxiv
