// What a message leaves out to be short enough, and in which order.
#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

constexpr std::size_t cut_to = 240;  // characters of a quotation that is cut

// The blocks of one paper: its heading and what follows up to the next heading of its level or above.
struct Paper {
  std::size_t begin = 0, end = 0;  // of the document's children
  std::size_t rank = 0;            // place in its section
};

std::vector<Paper> papers_of(const Node& root) {
  std::vector<Paper> papers;
  std::size_t rank = 0;
  for (std::size_t i = 0; i < root.children.size(); ++i) {
    const Node& node = root.children[i];
    if (node.kind == Kind::rule && !papers.empty() && papers.back().end == 0) papers.back().end = i;
    if (node.kind != Kind::heading) continue;
    if (!papers.empty() && papers.back().end == 0 && node.level <= 3) papers.back().end = i;
    if (node.level < 3) rank = 0;
    const bool titled = std::any_of(node.children.begin(), node.children.end(),
                                    [](const Node& child) { return child.kind == Kind::link; });
    if (node.level == 3 && titled) papers.push_back({.begin = i, .end = 0, .rank = rank++});
  }
  if (!papers.empty() && papers.back().end == 0) papers.back().end = root.children.size();
  // Last of its section first; between sections the later one.
  std::sort(papers.begin(), papers.end(),
            [](const Paper& a, const Paper& b) { return a.rank != b.rank ? a.rank > b.rank : a.begin > b.begin; });
  return papers;
}

enum class Step { cut_quotes, drop_quotes, first_paragraph, heading_only };
constexpr Step steps[] = {Step::cut_quotes, Step::drop_quotes, Step::first_paragraph, Step::heading_only};

Node around(Kind kind, Node child) {
  Node node;
  node.kind = kind;
  node.children.push_back(std::move(child));
  return node;
}

Node text_node(std::string text) {
  Node node;
  node.kind = Kind::text;
  node.text = std::move(text);
  return node;
}

Node cut(const Node& quote) {
  Node text = text_node(text::ellipsize(text::collapse_space(plain_text(quote)), cut_to));
  return around(Kind::quote, around(Kind::paragraph, std::move(text)));
}

// What a list says, without the quotations it says it by.
Node without_quotes(Node node) {
  std::erase_if(node.children, [](const Node& child) { return child.kind == Kind::quote; });
  for (Node& child : node.children) child = without_quotes(std::move(child));
  return node;
}

// Says that something is left out, and leads to it where that is known.
Node note(const Document& document) {
  const bool chinese = document.language.starts_with("zh");
  Node said = around(Kind::emphasis,
                     text_node(chinese ? "为避免被邮件程序截断，本文已缩短：部分摘要、解读、引文和要点从略。"
                                       : "Shortened so that it is not cut off on the way: some abstracts, analyses, "
                                         "quotes and findings are left out. "));
  Node paragraph = around(Kind::paragraph, std::move(said));
  if (document.web_url.empty()) {
    paragraph.children.push_back(
        around(Kind::emphasis, text_node(chinese ? "点击论文标题可查看原文。" : "The titles lead to the papers.")));
    return paragraph;
  }
  Node link = around(Kind::link, text_node(chinese ? "查看全文" : "Read all of it"));
  link.url = document.web_url;
  paragraph.children.push_back(std::move(link));
  return paragraph;
}

// `done`: how many (step, paper) pairs are applied, counted through all papers step by step.
Document apply(const Document& document, const std::vector<Paper>& papers, std::size_t done) {
  const std::vector<Node>& blocks = document.root.children;
  std::vector<int> step_of(blocks.size(), -1);  // the last step applied to the paper that holds the block
  std::vector<std::size_t> begin_of(blocks.size(), 0);
  for (std::size_t i = 0; i < papers.size(); ++i) {
    const auto step = static_cast<int>((done + papers.size() - 1 - i) / papers.size()) - 1;
    for (std::size_t at = papers[i].begin; at < papers[i].end; ++at) {
      step_of[at] = step;
      begin_of[at] = papers[i].begin;
    }
  }
  Document out;
  out.language = document.language;
  out.web_url = document.web_url;
  bool noted = false;
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    const Node& node = blocks[at];
    const bool heading = step_of[at] >= 0 && at == begin_of[at];
    const Step step = step_of[at] < 0 ? Step::cut_quotes : steps[std::min(step_of[at], 3)];
    if (step_of[at] < 0 || heading) {
      out.root.children.push_back(node);
    } else if (step == Step::cut_quotes) {
      out.root.children.push_back(node.kind == Kind::quote ? cut(node) : node);
    } else if (step == Step::drop_quotes) {
      if (node.kind != Kind::quote) out.root.children.push_back(without_quotes(node));
    } else if (step == Step::first_paragraph) {
      if (at == begin_of[at] + 1) out.root.children.push_back(node);
    }
    if (node.kind == Kind::heading && !noted) {
      noted = true;
      out.root.children.push_back(note(document));
    }
  }
  return out;
}

}  // namespace

Document shorten(const Document& document, std::size_t limit, const std::function<std::size_t(const Document&)>& size) {
  if (size(document) <= limit) return document;
  const std::vector<Paper> papers = papers_of(document.root);
  if (papers.empty()) return document;
  std::size_t too_few = 0;
  std::size_t enough = papers.size() * std::size(steps);
  while (too_few + 1 < enough) {
    const std::size_t middle = (too_few + enough) / 2;
    if (size(apply(document, papers, middle)) <= limit) {
      enough = middle;
    } else {
      too_few = middle;
    }
  }
  return apply(document, papers, enough);
}

}  // namespace paperboy::digest
