#pragma once
// The little that the readers of arXiv's XML share over pugixml. Pure.
#include <optional>
#include <string>
#include <string_view>

namespace pugi {
class xml_document;
class xml_node;
}  // namespace pugi

namespace paperboy::integrations::arxiv {

// Parses UTF-8 XML. A DOCTYPE is refused before parsing: no answer of arXiv has one, and entity bombs need it. Returns
// what is wrong, or nothing.
std::optional<std::string> load_xml(std::string_view bytes, pugi::xml_document& document);

// "dc:creator" -> "creator".
std::string_view local_name(std::string_view name);
// The first child element with that local name, whatever its prefix; a null node if there is none.
pugi::xml_node child(const pugi::xml_node& node, std::string_view local);
// All character data directly inside the element; empty for a null node.
std::string text_of(const pugi::xml_node& node);
std::string child_text(const pugi::xml_node& node, std::string_view local);

}  // namespace paperboy::integrations::arxiv
