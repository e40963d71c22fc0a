#pragma once
// What a language model wrote about a paper or a digest, as far as it was found to stand on the papers: plain data.
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.hpp"

namespace paperboy::paper {

// A passage of a paper, in its own words.
struct Quote {
  std::string paper;  // canonical id
  std::string place;  // "§ 3.2 Experiments"; may be empty
  std::string text;
  friend bool operator==(const Quote&, const Quote&) = default;
};

// A sentence and what it stands on: at least one quote of each paper it is about.
struct Statement {
  std::string text;
  std::vector<Quote> quotes;
  friend bool operator==(const Statement&, const Statement&) = default;
};

struct Passage {
  std::string part;  // "method"; of a digest "themes"
  std::vector<Statement> statements;
  friend bool operator==(const Passage&, const Passage&) = default;
};

struct Reading {
  std::vector<Passage> passages;  // in the order they are shown; those without a statement are left out
  std::string model;              // as the settings name it
  std::string source;             // what was read: "html", "pdf", "abstract"
  Day made{};                     // UTC
  int kept = 0, dropped = 0;      // statements that were found to stand on the text, and that were not
  bool empty() const { return passages.empty(); }
  friend bool operator==(const Reading&, const Reading&) = default;
};

// How a paper does for a person's topics, 1 to 5 each.
struct Rating {
  int relevance = 0, significance = 0;
  std::optional<Statement> reason;  // none if it was not found to stand on the abstract
  friend bool operator==(const Rating&, const Rating&) = default;
};

}  // namespace paperboy::paper
