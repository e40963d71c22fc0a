// Link rows, and what becomes of action: links.
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

bool is_separator(const Node& node) {
  if (node.kind == Kind::soft_break || node.kind == Kind::line_break) return true;
  if (node.kind != Kind::text) return false;
  for (std::size_t i = 0; i < node.text.size(); ++i) {
    const std::string_view rest = std::string_view(node.text).substr(i);
    if (rest.starts_with("·") || rest.starts_with("•")) {
      i += std::string_view("·").size() - 1 + (rest.starts_with("•") ? 1 : 0);
    } else if (std::string_view(" |,/").find(rest[0]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_unresolved(const Node& node) {
  return node.kind == Kind::link && node.url.starts_with("action:");
}

void append(std::vector<Node>& nodes, Node node) {
  const bool continues = node.kind == Kind::text && !nodes.empty() && nodes.back().kind == Kind::text;
  if (continues) {
    nodes.back().text += node.text;
  } else {
    nodes.push_back(std::move(node));
  }
}

void unlink(std::vector<Node>& nodes) {
  std::vector<Node> kept;
  for (Node& node : nodes) {
    unlink(node.children);
    if (is_unresolved(node)) {
      for (Node& child : node.children) append(kept, std::move(child));
    } else {
      append(kept, std::move(node));
    }
  }
  nodes = std::move(kept);
}

std::vector<Node> joined(std::vector<Node> row) {
  std::vector<Node> out;
  for (Node& node : row) {
    if (node.kind != Kind::link || is_unresolved(node)) continue;
    if (!out.empty()) {
      Node& dot = out.emplace_back();
      dot.kind = Kind::text;
      dot.text = " · ";
    }
    out.push_back(std::move(node));
  }
  return out;
}

void resolve(Node& node, const ActionUrl& url) {
  if (is_unresolved(node)) {
    const std::string target = checked_url(url(std::string_view(node.url).substr(std::string_view("action:").size())));
    if (!target.empty()) node.url = target;
  }
  for (Node& child : node.children) resolve(child, url);
}

void drop_unresolved(Node& node) {
  std::vector<Node> kept;
  for (Node& child : node.children) {
    if (is_link_row(child)) {
      child.children = joined(std::move(child.children));
      if (child.children.empty()) continue;
    } else if (child.kind == Kind::paragraph || child.kind == Kind::heading) {
      unlink(child.children);
    } else {
      drop_unresolved(child);
    }
    kept.push_back(std::move(child));
  }
  node.children = std::move(kept);
}

}  // namespace

bool is_link_row(const Node& node) {
  if (node.kind != Kind::paragraph) return false;
  bool any = false;
  for (const Node& child : node.children) {
    if (child.kind != Kind::link && !is_separator(child)) return false;
    any = any || child.kind == Kind::link;
  }
  return any;
}

Document resolve_actions(Document document, const ActionUrl& url) {
  document.web_url = url("browser");
  resolve(document.root, url);
  drop_unresolved(document.root);
  return document;
}

Document without_actions(Document document) {
  drop_unresolved(document.root);
  return document;
}

}  // namespace paperboy::digest
