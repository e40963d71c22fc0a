#include "daemon/digest/document.hpp"

#include <cmark.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "daemon/base/text.hpp"
#include "daemon/digest/escape.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

constexpr std::size_t deepest = 64;

// --- raw HTML

// The value of id or name in <a id='x'>; empty if it is another tag or no anchor.
std::string anchor_in_html(std::string_view html) {
  const std::size_t tag = html.find("<a ");
  if (tag == std::string_view::npos) return {};
  for (const std::string_view attribute : {" id=", " name="}) {
    const std::size_t at = html.find(attribute, tag);
    if (at == std::string_view::npos) continue;
    const std::size_t begin = at + attribute.size();
    if (begin >= html.size() || (html[begin] != '\'' && html[begin] != '"')) continue;
    const std::size_t end = html.find(html[begin], begin + 1);
    if (end == std::string_view::npos) continue;
    const std::string value(html.substr(begin + 1, end - begin - 1));
    if (anchor_of(value) == value) return value;
  }
  return {};
}

std::string without_tags(std::string_view html) {
  std::string out;
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] != '<') {
      out += html[i++];
      continue;
    }
    std::string_view end = ">";
    for (const std::string_view name : {"script", "style"}) {
      if (text::starts_with_ci(html.substr(i + 1), name)) end = name == "script" ? "</script>" : "</style>";
    }
    if (html.substr(i).starts_with("<!--")) end = "-->";
    const std::size_t close = html.find(end, i);
    if (close == std::string_view::npos) break;
    i = close + end.size();
    out += ' ';
  }
  for (const auto& [name, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}}) {
    out = text::replace_all(out, name, character);
  }
  return text::collapse_space(out);
}

// --- the canonical form of inlines: what to_markdown can write and this file reads back

bool is_break(const Node& node) {
  return node.kind == Kind::soft_break || node.kind == Kind::line_break;
}
bool is_span(const Node& node) {
  return node.kind == Kind::emphasis || node.kind == Kind::strong || node.kind == Kind::link;
}

Node text_node(std::string text) {
  Node node;
  node.kind = Kind::text;
  node.text = std::move(text);
  return node;
}

void append_inline(std::vector<Node>& out, Node node) {
  if (node.kind == Kind::text) {
    std::replace_if(
        node.text.begin(), node.text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (node.text.empty()) return;
    if (!out.empty() && out.back().kind == Kind::text) {
      out.back().text += node.text;
      return;
    }
  }
  if (is_break(node) && !out.empty() && is_break(out.back())) {
    if (node.kind == Kind::line_break) out.back().kind = Kind::line_break;
    return;
  }
  out.push_back(std::move(node));
}

std::vector<Node> canonical(std::vector<Node> nodes, bool in_heading);

// A line's end at the edge of a span is a blank: emphasis does not begin with one.
std::vector<Node> canonical_span(std::vector<Node> nodes, bool in_heading) {
  nodes = canonical(std::move(nodes), in_heading);
  if (nodes.empty()) return nodes;
  for (Node* edge : {&nodes.front(), &nodes.back()}) {
    if (is_break(*edge)) *edge = text_node(" ");
  }
  return canonical(std::move(nodes), in_heading);
}

std::vector<Node> canonical(std::vector<Node> nodes, bool in_heading) {
  std::vector<Node> out;
  for (Node& node : nodes) {
    if (is_break(node) && in_heading) node = text_node(" ");
    if (is_span(node)) {
      node.children = canonical_span(std::move(node.children), in_heading);
      if (node.children.empty()) continue;
    }
    append_inline(out, std::move(node));
  }
  return out;
}

void canonical_block(Node& block) {
  block.children = canonical(std::move(block.children), block.kind == Kind::heading);
  while (!block.children.empty() && is_break(block.children.back())) block.children.pop_back();
  while (!block.children.empty() && is_break(block.children.front())) block.children.erase(block.children.begin());
}

// --- lists: tight or loose

bool ends_in_paragraph(const Node& node) {
  if (node.kind == Kind::paragraph) return true;
  const bool container = node.kind == Kind::quote || node.kind == Kind::list || node.kind == Kind::item;
  return container && !node.children.empty() && ends_in_paragraph(node.children.back());
}

// Would `next`, on the line after `previous`, be read as a part of it?
bool needs_blank_line(const Node& previous, const Node& next) {
  if (previous.kind == Kind::quote && next.kind == Kind::quote) return true;
  if (!ends_in_paragraph(previous)) return false;
  switch (next.kind) {
    case Kind::paragraph:
      return true;
    case Kind::heading:
      return !next.anchor.empty();
    case Kind::list:
      return (next.ordered && next.level != 1) || next.children.front().children.empty();
    default:
      return false;
  }
}

void canonical_list(Node& list) {
  bool more_than_one = list.children.size() > 1;
  for (const Node& item : list.children) {
    more_than_one = more_than_one || item.children.size() > 1;
    for (std::size_t i = 1; i < item.children.size(); ++i) {
      if (needs_blank_line(item.children[i - 1], item.children[i])) list.tight = false;
    }
  }
  if (!more_than_one) list.tight = true;
}

// --- cmark's tree -> ours

std::string_view literal(cmark_node* node) {
  const char* text = cmark_node_get_literal(node);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

class Builder {
 public:
  explicit Builder(std::string_view source) : lines_(text::split(source, '\n')) {}

  Node build(cmark_node* root) {
    Node document;
    open_.push_back(&document);
    const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> iterator(cmark_iter_new(root), &cmark_iter_free);
    for (cmark_event_type event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iterator.get())) {
      cmark_node* node = cmark_iter_get_node(iterator.get());
      if (node == root) continue;
      if (event == CMARK_EVENT_ENTER) {
        enter(node);
      } else {
        leave();
      }
    }
    return document;
  }

 private:
  void enter(cmark_node* node) {
    Node made;
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_BLOCK_QUOTE:
        made.kind = Kind::quote;
        return open_container(std::move(made));
      case CMARK_NODE_LIST:
        made.kind = Kind::list;
        made.ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
        made.level = made.ordered ? cmark_node_get_list_start(node) : 0;
        made.tight = cmark_node_get_list_tight(node) != 0;
        return open_container(std::move(made));
      case CMARK_NODE_ITEM:
        if (open_.back()->kind != Kind::list) return skip();
        made.kind = Kind::item;
        return push(std::move(made));
      case CMARK_NODE_PARAGRAPH:
        made.kind = Kind::paragraph;
        html_anchor_.clear();
        return push(std::move(made));
      case CMARK_NODE_HEADING:
        made.kind = Kind::heading;
        made.level = cmark_node_get_heading_level(node);
        made.anchor = stated_anchor(node);
        return push(std::move(made));
      case CMARK_NODE_CODE_BLOCK:
        made.kind = Kind::code_block;
        made.text = literal(node);
        if (made.text.ends_with('\n')) made.text.pop_back();
        return add_leaf_block(std::move(made));
      case CMARK_NODE_HTML_BLOCK:
        return html_block(literal(node));
      case CMARK_NODE_THEMATIC_BREAK:
        made.kind = Kind::rule;
        return add_leaf_block(std::move(made));
      case CMARK_NODE_TEXT:
        return add(text_node(std::string(literal(node))));
      case CMARK_NODE_SOFTBREAK:
        made.kind = Kind::soft_break;
        return add(std::move(made));
      case CMARK_NODE_LINEBREAK:
        made.kind = Kind::line_break;
        return add(std::move(made));
      case CMARK_NODE_CODE:
        made.kind = Kind::code;
        made.text = literal(node);
        return add(std::move(made));
      case CMARK_NODE_HTML_INLINE:
        return html_inline(literal(node));
      case CMARK_NODE_EMPH:
        made.kind = Kind::emphasis;
        return open_span(std::move(made));
      case CMARK_NODE_STRONG:
        made.kind = Kind::strong;
        return open_span(std::move(made));
      case CMARK_NODE_LINK:
      case CMARK_NODE_IMAGE:
        return open_link(node);
      default:
        return;
    }
  }

  void leave() {
    if (skipped_.back()) {
      skipped_.pop_back();
      return;
    }
    skipped_.pop_back();
    Node& done = *open_.back();
    open_.pop_back();
    Node& parent = *open_.back();
    switch (done.kind) {
      case Kind::paragraph:
        canonical_block(done);
        if (done.children.empty()) {
          parent.children.pop_back();
          if (!html_anchor_.empty()) pending_anchor_ = html_anchor_;
        } else {
          pending_anchor_.clear();
        }
        break;
      case Kind::heading:
        take_anchor_off(done);
        canonical_block(done);
        if (done.anchor.empty()) done.anchor = pending_anchor_;
        pending_anchor_.clear();
        break;
      case Kind::link:
        if (done.children.empty() && !done.url.starts_with('#')) {
          done.children.push_back(text_node(done.url));
        }
        break;
      case Kind::list:
        canonical_list(done);
        break;
      default:
        break;
    }
  }

  void push(Node node) {
    open_.back()->children.push_back(std::move(node));
    open_.push_back(&open_.back()->children.back());
    skipped_.push_back(false);
  }
  void skip() { skipped_.push_back(true); }
  void open_container(Node node) {
    const bool block = node.kind == Kind::quote || node.kind == Kind::list;
    if (block) pending_anchor_.clear();
    if (open_.size() >= deepest) return skip();
    push(std::move(node));
  }
  void add(Node node) { open_.back()->children.push_back(std::move(node)); }
  void add_leaf_block(Node node) {
    pending_anchor_.clear();
    add(std::move(node));
  }

  // A span within a span of its kind says nothing more.
  void open_span(Node node) {
    const auto same = [&node](const Node* above) { return above->kind == node.kind; };
    if (std::any_of(open_.begin(), open_.end(), same)) return skip();
    open_container(std::move(node));
  }

  void open_link(cmark_node* node) {
    const char* url = cmark_node_get_url(node);
    Node made;
    made.kind = Kind::link;
    made.url = checked_url(url == nullptr ? "" : url);
    if (made.url.empty()) return skip();
    open_span(std::move(made));
  }

  void html_inline(std::string_view html) {
    if (const std::string anchor = anchor_in_html(html); !anchor.empty()) html_anchor_ = anchor;
    if (text::starts_with_ci(html, "<br")) {
      Node made;
      made.kind = Kind::line_break;
      add(std::move(made));
    }
  }

  void html_block(std::string_view html) {
    const std::string text = without_tags(html);
    if (text.empty()) {
      pending_anchor_ = anchor_in_html(html);
      return;
    }
    Node paragraph;
    paragraph.kind = Kind::paragraph;
    paragraph.children.push_back(text_node(text));
    add_leaf_block(std::move(paragraph));
  }

  // The tree no longer tells `{#x}` from an escaped `\{#x}`: the source line does.
  std::string stated_anchor(cmark_node* heading) const {
    const auto number = static_cast<std::size_t>(cmark_node_get_start_line(heading));
    if (number < 1 || number > lines_.size() || cmark_node_get_end_line(heading) != cmark_node_get_start_line(heading))
      return {};
    const std::string_view line = text::trim(lines_[number - 1]);
    const std::size_t begin = line.rfind("{#");
    if (!line.ends_with('}') || begin == std::string_view::npos || begin == 0 || line[begin - 1] != ' ') return {};
    std::string anchor;
    for (const char c : line.substr(begin + 2, line.size() - begin - 3)) {
      if (c != '\\') anchor += c;  // a template escapes what it fills in
    }
    return anchor_of(anchor) == anchor ? anchor : std::string();
  }

  static void take_anchor_off(Node& heading) {
    if (heading.anchor.empty()) return;
    heading.children = canonical(std::move(heading.children), true);
    const std::string written = "{#" + heading.anchor + "}";
    if (heading.children.empty() || heading.children.back().kind != Kind::text ||
        !heading.children.back().text.ends_with(written)) {
      heading.anchor.clear();
      return;
    }
    std::string& last = heading.children.back().text;
    last.resize(last.size() - written.size());
    if (last.ends_with(' ')) last.pop_back();
  }

  std::vector<std::string_view> lines_;
  std::vector<Node*> open_;     // from the document to where the next node goes
  std::vector<bool> skipped_;   // containers of cmark's tree that have no node here
  std::string html_anchor_;     // <a id> seen in the paragraph being read
  std::string pending_anchor_;  // of a line <a id='x'></a>, for the heading that follows
};

void collect_text(const Node& node, std::string& out) {
  switch (node.kind) {
    case Kind::paragraph:
    case Kind::heading:
    case Kind::code_block:
      if (!out.empty()) out += '\n';
      out += node.text;
      break;
    case Kind::text:
    case Kind::code:
      out += node.text;
      break;
    case Kind::soft_break:
    case Kind::line_break:
      out += ' ';
      break;
    default:
      break;
  }
  for (const Node& child : node.children) collect_text(child, out);
}

}  // namespace

Document parse_markdown(std::string_view markdown, std::string language) {
  const std::string source = text::sanitize(markdown);
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
      cmark_parse_document(source.data(), source.size(), CMARK_OPT_DEFAULT), &cmark_node_free);
  Document document;
  document.language = std::move(language);
  document.root = Builder(source).build(root.get());
  return document;
}

std::string plain_text(const Node& node) {
  std::string out;
  collect_text(node, out);
  return out;
}

}  // namespace paperboy::digest
