// Loading templates, what is refused, and what values may do to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/base/error.hpp"
#include "daemon/digest/values.hpp"
#include "tests/daemon/digest/fixtures.hpp"

namespace paperboy::digest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using Value = Templates::Value;
using List = Value::List;
using Map = Value::Map;

class TemplatesTest : public testing::Test {
 protected:
  TemplatesTest() {
    folder_ = fs::temp_directory_path() / ("paperboy-templates-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    for (const char* name :
         {"digest", "quiet", "late", "partial", "failure", "undelivered", "subscription", "answer", "answer_paper",
          "answer_papers", "answer_topics", "answer_learned", "answer_help", "answer_text", "answer_trial"})
      write(std::string("en/") + name + ".md", "# x\n");
    write("page.html", "<title>{{title}}</title>{{&body}}");
    write("mail.html", "<title>{{title}}</title>{{preheader}}|{{&body}}");
  }
  ~TemplatesTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string render(const std::string& text, const Value& value) const {
    write("en/digest.md", text);
    return Templates({folder_}).render("digest", "en", value);
  }
  std::string error(const std::string& text) const {
    write("en/digest.md", text);
    try {
      Templates({folder_});
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST_F(TemplatesTest, FillValuesAndEscapeThem) {
  EXPECT_EQ(render("Dear {{name}}!\n", Map{{"name", "a*b [c](d) <e>"}}), "Dear a\\*b \\[c\\](d) \\<e>!\n");
  EXPECT_EQ(render("{{name}}\n", Map{{"name", ""}}), "\n");
  EXPECT_EQ(render("{{name}}", Map{{"name", "{{date}} {{{x}}}"}}), "\\{\\{date}} \\{\\{\\{x}}}");
}

TEST_F(TemplatesTest, LinesOfTagsAloneVanishAndOthersStay) {
  const Value value = Map{{"name", "N"},
                          {"date", ""},
                          {"topics", List{Map{{"text", "a"}, {"last", false}}, Map{{"text", "b"}, {"last", true}}}}};
  EXPECT_EQ(render("1\n{{#name}}\n2\n{{/name}}\n3\n", value), "1\n2\n3\n");
  EXPECT_EQ(render("1\n{{#date}}\n2\n{{/date}}\n3\n", value), "1\n3\n");
  EXPECT_EQ(render("1\n  {{#date}}  \n2\n{{/date}}\n\n3", value), "1\n\n3");
  EXPECT_EQ(render("{{#topics}}\n- {{text}}\n{{/topics}}\n\nend\n", value), "- a\n- b\n\nend\n");
  EXPECT_EQ(render("{{#topics}}\n\n- {{text}}\n{{/topics}}\n\nend\n", value), "\n- a\n\n- b\n\nend\n");
  EXPECT_EQ(render("{{#topics}}{{text}}{{^last}}, {{/last}}{{/topics}}.\n", value), "a, b.\n");
  EXPECT_EQ(render("x\n{{! a remark\nof two lines }}\ny\n", value), "x\ny\n");
  EXPECT_EQ(render("{{^date}}none{{/date}} {{^name}}none{{/name}}\n", value), "none \n");
}

TEST_F(TemplatesTest, ANameIsLookedUpFromTheInnermostListOutwards) {
  const Value value =
      Map{{"name", "N"}, {"sections", List{Map{{"topic", "a"}, {"papers", List{Map{{"title", "T"}}}}}}}};
  EXPECT_EQ(render("{{#sections}}{{#papers}}{{title}} {{topic}} {{name}}{{/papers}}{{/sections}}", value), "T a N");
}

TEST_F(TemplatesTest, FramesAreFilledAndChecked) {
  write("page.html", "<title>{{title}}</title>{{#preheader}}<p>{{preheader}}</p>{{/preheader}}{{&body}}");
  write("en/digest.md", "x");
  EXPECT_EQ(to_html(Templates({folder_}).page(), parse_markdown("*b*"), "a<b", "c&d", false),
            "<title>a&lt;b</title><p>c&amp;d</p><p><em>b</em></p>\n");
  for (const char* tag : {"{{#preheader}}", "{{/preheader}}", "{{preheader"}) {
    write("page.html", std::string("<title>{{title}}</title>\n{{&body}}\n") + tag);
    EXPECT_THAT(error("x"), AllOf(HasSubstr("page.html, line 3: "), HasSubstr("clos")));
  }
  write("page.html", "<title>{{title}}</title>\n{{&body}}\n{{{preheader}}}");
  EXPECT_THAT(error("x"), AllOf(HasSubstr("page.html, line 3: "), HasSubstr("{{&name}}")));
}

TEST_F(TemplatesTest, PartialsComeFromTheLanguageOrEnglish) {
  write("en/_part.md", "english {{name}}\n");
  write("en/_other.md", "other\n");
  write("zh/_part.md", "chinese {{name}}\n");
  write("zh/digest.md", "{{>_part}}\n{{>_other}}\nend\n");
  write("en/digest.md", "{{>_part}}\nend\n");
  const Templates templates({folder_});
  const Value value = Map{{"name", "N"}};
  EXPECT_EQ(templates.render("digest", "en", value), "english N\nend\n");
  EXPECT_EQ(templates.render("digest", "zh", value), "chinese N\nother\nend\n");
  EXPECT_EQ(templates.render("digest", "zh-TW", value), "chinese N\nother\nend\n");
  EXPECT_EQ(templates.render("quiet", "zh", value), "# x\n") << "falls back file by file";
  EXPECT_EQ(templates.resolve("quiet", "zh"), "en");
  EXPECT_EQ(templates.render("digest", "fr", value), "english N\nend\n");
  EXPECT_THAT(templates.languages(), testing::ElementsAre("en", "zh"));
  EXPECT_THROW(templates.render("nosuch", "en", value), Error);
  write("en/digest.md", "({{>_part}}) {{>_other}}.\n{{>_other}}\nend\n");
  EXPECT_EQ(Templates({folder_}).render("digest", "en", value), "(english N) other.\nother\nend\n");
}

TEST_F(TemplatesTest, TheUsersDirectoryComesFirst) {
  const fs::path mine = folder_ / "mine";
  fs::create_directories(mine / "en");
  std::ofstream(mine / "en" / "_part.md") << "mine\n";
  write("en/_part.md", "installed\n");
  write("en/digest.md", "{{>_part}}\n");
  EXPECT_EQ(Templates({mine, folder_}).render("digest", "en", Map{}), "mine\n");
  EXPECT_EQ(Templates({folder_ / "absent", folder_}).render("digest", "en", Map{}), "installed\n");
}

TEST_F(TemplatesTest, RefuseWhatWouldGoWrongSilently) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"a\n{{{name}}}", {"en/digest.md:2:", "raw values"}},
      {"{{&name}}", {"en/digest.md:1:", "raw values"}},
      {"{{& name }}", {"raw values"}},
      {"{{=<% %>=}}", {"other delimiters"}},
      {"a\nb\n{{naem}}", {"en/digest.md:3:", "unknown name \"naem\"", "did you mean \"name\"?"}},
      {"{{#sections}}{{#papers}}{{titel}}{{/papers}}{{/sections}}",
       {"unknown name \"titel\"", "did you mean \"title\"?"}},
      {"{{title}}", {"unknown name \"title\""}},
      {"{{name.first}}", {"unknown name"}},
      {"{{}}", {"unknown name \"\""}},
      {"{{.}}", {"unknown name"}},
      {"{{#nosuch}}{{/nosuch}}", {"unknown name \"nosuch\""}},
      {"{{sections}}", {"is a list"}},
      {"x\n{{#name}}\ny", {"en/digest.md:2:", "{{#name}} is not closed"}},
      {"{{/name}}", {"closes no section"}},
      {"{{#name}}{{/date}}", {"{{/date}} closes no section", "{{#name}}"}},
      {"{{name", {"not closed"}},
      {"{{>nosuch}}", {"there is no partial \"nosuch\""}},
      {"{{>../../etc/passwd}}", {"there is no partial"}},
      {"{{>digest}}", {"more than 8 deep"}},
      {"{{#topics}}{{#topics}}{{/topics}}{{/topics}}", {"unknown name \"topics\""}},
  };
  for (const auto& [text, words] : cases) {
    const std::string what = error(text);
    for (const std::string& word : words) EXPECT_THAT(what, HasSubstr(word)) << text;
  }
  std::string nested;
  for (int i = 0; i < 40; ++i) nested += "{{#name}}";
  EXPECT_THAT(error(nested), HasSubstr("nested more than 16 deep"));
  EXPECT_THAT(error(std::string(300'000, 'x')), HasSubstr("larger than 256 KiB"));
  EXPECT_EQ(error("fine {{name}}\n"), "");
}

TEST_F(TemplatesTest, PartialsAreCheckedToo) {
  write("en/_part.md", "x\n{{nosuch}}\n");
  EXPECT_THAT(error("{{>_part}}"), AllOf(HasSubstr("en/_part.md:2:"), HasSubstr("unknown name")));
}

TEST_F(TemplatesTest, WhatIsMissingIsNamed) {
  fs::remove(folder_ / "en" / "late.md");
  EXPECT_THAT(error("x"), AllOf(HasSubstr("en/late.md"), HasSubstr(folder_.string())));
  write("en/late.md", "x");
  fs::remove(folder_ / "mail.html");
  EXPECT_THAT(error("x"), HasSubstr("mail.html"));
  write("mail.html", "no body");
  EXPECT_THAT(error("x"), HasSubstr("holds no"));
}

TEST_F(TemplatesTest, TheOutputIsBounded) {
  // Lists within lists, as large as a template can make them of honest values.
  List items;
  for (int i = 0; i < 100; ++i) items.push_back(Map{{"text", "x"}, {"first", false}, {"last", false}});
  const std::string line(2000, '.');
  write("en/digest.md", "{{#topics}}{{#mailings}}" + line + "{{/mailings}}{{/topics}}");
  const Templates templates({folder_});
  EXPECT_THROW(templates.render("digest", "en", Map{{"topics", items}, {"mailings", items}}), Error);
}

// --- the templates that are shipped

TEST(ShippedTemplates, LoadAndKnowTwoLanguages) {
  EXPECT_THAT(shipped_templates().languages(), testing::ElementsAre("en", "zh"));
}

// One line per name of the vocabulary, however deep: "papers.title=..."
void name_lines(const std::vector<Name>& names, const std::string& prefix, std::string& out) {
  for (const Name& name : names) {
    const std::string path = prefix + std::string(name.name);
    if (name.item.empty()) {
      out += path + "={{#" + std::string(name.name) + "}}yes{{/" + std::string(name.name) + "}}\n";
    } else {
      out += "{{#" + std::string(name.name) + "}}\n";
      name_lines(name.item, path + ".", out);
      out += "{{/" + std::string(name.name) + "}}\n";
    }
  }
}

void paths(const std::vector<Name>& names, const std::string& prefix, std::vector<std::string>& out) {
  for (const Name& name : names) {
    if (name.item.empty()) {
      out.push_back(prefix + std::string(name.name));
    } else {
      paths(name.item, prefix + std::string(name.name) + ".", out);
    }
  }
}

TEST(ShippedTemplates, EveryNameIsExplained) {
  std::ifstream file(fs::path(PAPERBOY_SOURCE_DIR) / "templates" / "README.md");
  const std::string readme(std::istreambuf_iterator<char>(file), {});
  std::vector<std::string> all;
  paths(vocabulary(), "", all);
  for (const std::string& path : all)
    EXPECT_THAT(readme, HasSubstr("`" + path.substr(path.rfind('.') + 1) + "`")) << path;
}

// Every name that a template may use has a value in at least one of two messages that together know everything: no name
// is a dead one.
TEST_F(TemplatesTest, EveryNameIsFilled) {
  std::string text;
  name_lines(vocabulary(), "", text);
  write("en/digest.md", text);
  write("en/undelivered.md", text);
  const Templates templates({folder_});
  DigestInput input = full_input();
  // what the made-up papers do not bring about by themselves
  const std::vector<std::string> all{"2611.00001", "2611.00003", "2611.00002"};
  input.summary = {.themes = {{"t", all}}, .highlights = all, .emerging = {{"t", all}}, .read_in_full = all};
  input.sections[0].overflow[0].paper.comments = "c";
  input.sections[0].overflow[0].code_url = "https://github.com/a/b";
  input.sections[0].overflow[0].also_topics = {"Robots"};
  input.sections[0].overflow[0].like = "2611.00001";
  input.sections[0].entries[1].reasons = {{paper::ReasonKind::example, "2308.04079", "0.4"}};
  using Field = paper::Change::Field;
  for (digest::Entry* each : {&input.sections[0].entries[0], &input.sections[0].overflow[0]}) {
    each->mailing = parse_day("2026-11-02");
    each->paper.version = 3;
    each->paper.revisions = {{3, 1, {}}};
    for (const Field field : {Field::title, Field::abstract, Field::authors, Field::categories, Field::comments,
                              Field::journal, Field::doi}) {
      each->paper.revisions[0].changes.push_back({field, "before", "after"});
    }
    each->prepared = nullptr;  // it was of the paper as it stood before
  }
  DigestInput single = input;
  single.sections[0].entries[0].paper.revisions[0].changes.clear();
  single.sections.resize(1);
  single.sections[0].entries.resize(1);
  single.sections[0].overflow.clear();
  std::string filled;
  DigestInput read = input;
  read.sections[0].overflow[0].paper.revisions[0].changes.clear();
  const paper::Quote quote{"2611.00001", "§ 1 Introduction", "We propose SplatNet."};
  const auto reading_of = [&](std::initializer_list<const char*> parts) {
    paper::Reading reading;
    reading.model = "m";
    reading.source = "html";
    reading.made = *parse_day("2026-11-03");
    for (const char* part : parts) reading.passages.push_back({part, {{"It is SplatNet.", {quote}}}});
    return reading;
  };
  read.overview = reading_of({"themes", "highlights", "emerging", "read_in_full"});
  digest::Entry& best = read.sections[0].entries[0];
  best.reading = reading_of({"abstract", "motivation", "method", "comparison", "experiments", "guide", "core",
                             "contribution", "innovation", "impact", "areas", "limitations"});
  best.rating = paper::Rating{5, 4, paper::Statement{"It is SplatNet.", {quote}}};
  for (const DigestInput& one : {input, single, read}) filled += plain_text(build(one, templates).document.root);
  const Undelivered notice{"en", "m", "r", "c", "d", "w", true, true, "https://example.org/"};
  filled += plain_text(build(notice, templates).document.root);
  std::vector<std::string> wanted;
  paths(vocabulary(), "", wanted);
  EXPECT_GT(wanted.size(), 100u);
  for (const std::string& path : wanted) {
    const bool never_numbered = path == "sections.overflow.number";  // that is what overflow means
    if (!never_numbered) EXPECT_NE(filled.find(path + "=yes"), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace paperboy::digest
