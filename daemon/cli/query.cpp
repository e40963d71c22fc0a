// paperboy query: how a query is understood, and which papers meet it.
#include "daemon/match/query.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string query, database;
  std::vector<std::string> papers;
  bool stem = false;
};

// "the phrase "gaussian splatting" in title or abstract".
std::string describe_term(const match::Node& term) {
  switch (term.scope) {
    case match::Scope::author:
      return "author " + term.written;
    case match::Scope::category:
      return "category " + term.written;
    default:
      break;
  }
  const bool phrase = term.words.size() > 1;
  std::string out = phrase ? "the phrase \"" : "the word ";
  out += text::join(term.words, " ");
  if (term.prefix) out += "...";
  if (phrase) out += "\"";
  if (term.scope == match::Scope::title) return out + " in the title";
  if (term.scope == match::Scope::abstract) return out + " in the abstract";
  return out + " in title or abstract";
}

void print_tree(const match::Node& node, const std::string& indent) {
  switch (node.kind) {
    case match::Node::Kind::term:
      std::cout << indent << describe_term(node) << "\n";
      return;
    case match::Node::Kind::all_of:
      std::cout << indent << "all of\n";
      break;
    case match::Node::Kind::any_of:
      std::cout << indent << "any of\n";
      break;
    case match::Node::Kind::none_of:
      std::cout << indent << "not\n";
      break;
  }
  for (const auto& child : node.children) print_tree(*child, indent + "  ");
}

match::NodePtr parse(const Options& options) {
  try {
    return match::parse(options.query, {.stem = options.stem});
  } catch (const match::QueryError& error) {
    const std::string shown = text::replace_all(text::sanitize(options.query), "\n", " ");
    std::size_t at = 0;
    for (std::size_t character = 1; character < error.column() && at < shown.size(); ++character)
      text::next_code_point(shown, at);
    const std::size_t blanks = text::display_width(std::string_view(shown).substr(0, at));
    throw UsageError(std::string(error.what()) + "\n  " + shown + "\n  " + std::string(blanks, ' ') + "^");
  }
}

std::vector<paper::Paper> find_papers(const Options& options, const Context& context) {
  std::vector<paper::PaperId> ids;
  for (const std::string& written : options.papers) {
    const auto reference = paper::parse_reference(written);
    if (!reference)
      throw UsageError("--paper '" + written + "' names no paper; write an arXiv id, its address, or a DOI");
    ids.push_back(reference->id);
  }
  const std::filesystem::path file = store_file(options.database, context);
  if (!std::filesystem::exists(file))
    throw Error("there is no store at " + file.string() + " yet ('paperboy import' makes one)");
  store::Database database(store::open_sqlite(file));
  return database.read_blocking([&](store::Tx& tx) {
    std::vector<paper::Paper> papers = store::find_papers(tx, ids);
    for (const paper::PaperId& id : ids) {
      const bool found = std::any_of(papers.begin(), papers.end(), [&](const auto& paper) { return paper.id == id; });
      if (!found) throw Error("the store does not know " + id.str());
    }
    return papers;
  });
}

std::string describe_reason(const paper::Reason& reason) {
  return reason.text + (reason.field.empty() ? "" : " (" + reason.field + ")");
}

void judge(const Options& options, const std::vector<paper::Paper>& papers) {
  paper::Person person;
  person.id = "you";
  paper::Topic topic;
  topic.name = "query";
  topic.query = options.query;
  topic.stem = options.stem;
  person.topics.push_back(topic);
  const match::Profiles profiles(std::span(&person, 1), {}, match::Statistics());
  for (const paper::Paper& paper : papers) {
    std::cout << "\n" << paper.id.str() << "  " << text::ellipsize(paper.title, 90) << "\n";
    const std::vector<paper::Match> matches = profiles.match(paper);
    if (matches.empty()) {
      std::cout << "  does not meet the query\n";
      continue;
    }
    std::vector<std::string> reasons;
    for (const paper::Reason& reason : matches.front().reasons) reasons.push_back(describe_reason(reason));
    std::cout << "  meets the query: " << text::join(reasons, ", ") << "\n";
  }
}

int explain(const Options& options, const Context& context) {
  const match::NodePtr tree = parse(options);
  std::cout << match::to_string(*tree) << "\n";
  print_tree(*tree, "  ");
  if (!options.papers.empty()) judge(options, find_papers(options, context));
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("QUERY", options->query, "the query, in quotes for the shell")->required();
  command.add_option("--paper", options->papers, "also say whether this paper of the store meets it, and why")
      ->type_name("ID");
  command.add_flag("--stem", options->stem, "take English inflections as the same (a topic's 'stem: true')");
  command
      .add_option("--database", options->database, "the store to look papers up in (default: the one of the settings)")
      ->type_name("FILE");
  command.footer(
      "Words side by side must all be there; OR, NOT (or -), parentheses, \"phrases\" and prefix* as usual;\n"
      "ti: abs: au: cat: ask one field.\n\n"
      "Examples:\n"
      "  paperboy query '\"gaussian splatting\" OR 3DGS -ti:survey'\n"
      "  paperboy query 'au:\"Kaiming He\" cat:cs.CV' --paper 1512.03385");
  return [options](const Context& context) { return explain(*options, context); };
}

}  // namespace

extern const Verb query_verb;
const Verb query_verb{"query", Group::look, "show how a query is understood, and whether papers meet it", &setup};

}  // namespace paperboy::cli
