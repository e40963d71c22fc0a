// BibTeX and the export, read back by those who read such files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/flow/people.hpp"
#include "daemon/settings/node.hpp"
#include "tests/daemon/bot/answers.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::bot {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Bibtex, OfAnArxivPaper) {
  paper::Paper paper = test::make_paper("2611.00001", "The café of R&D: 50% of $\\mathcal{N}=4$ {braces} at α₂");
  paper.authors = {"Ada M. van Dijk",     "José Pérez", "Martin Luther King Jr.",
                   "ATLAS Collaboration", "Plato",      "Łukasz Ø. Åström"};
  paper.categories = {"hep-th", "math-ph"};
  EXPECT_EQ(
      bibtex(paper),
      "@misc{vandijk2026cafe,\n"
      "  author = {van Dijk, Ada M. and P{\\'{e}}rez, Jos{\\'{e}} and King, Jr., Martin Luther and {ATLAS "
      "Collaboration} and {Plato} and {\\r{A}}str{\\\"{o}}m, {\\L}ukasz {\\O}.},\n"
      "  title = {{The caf{\\'{e}} of R\\&D: 50\\% of $\\mathcal{N}=4$ {\\textbraceleft}braces{\\textbraceright} at "
      "\\ensuremath{\\alpha}\\ensuremath{_2}}},\n"
      "  year = {2026},\n"
      "  eprint = {2611.00001},\n"
      "  archivePrefix = {arXiv},\n"
      "  primaryClass = {hep-th},\n"
      "  url = {https://arxiv.org/abs/2611.00001}\n"
      "}\n");
}

TEST(Bibtex, OfAJournalPaperAndOfOneWithADoiOnly) {
  const std::string journal = bibtex(test::full_paper());
  EXPECT_THAT(journal, HasSubstr("@article{vandijk2026splatnet"));
  EXPECT_THAT(journal, HasSubstr("journal = {J. Test 1 (2026) 2}"));
  EXPECT_THAT(journal, HasSubstr("doi = {10.1000/a(b)\\_c}"));
  EXPECT_THAT(journal, HasSubstr("eprint = {2611.00001}"));
  const std::string doi = bibtex(test::make_paper("doi:10.1101/2026.11.01.123456", "Cells"));
  EXPECT_THAT(doi, HasSubstr("@article{vandijk2026cells"));
  EXPECT_THAT(doi, HasSubstr("doi = {10.1101/2026.11.01.123456}"));
  EXPECT_EQ(doi.find("eprint"), std::string::npos);
}

TEST(Bibtex, NothingATitleSaysRunsInLatex) {
  for (const char* title : {"\\input{/etc/passwd}", "$\\input{/etc/passwd}$", "\\write18{rm -rf ~}", "$\\def\\x{}$",
                            "a } b { c", "{{{", "}}}", "50% of it\n@misc{x,", "$ $ $", "$a$b$", "\\", "a\\", "$\\$",
                            "$x\\}$", "#1 ^^M ~", "\"quoted\"", "$\\mathrm{\\immediate\\write18{x}}$"}) {
    paper::Paper paper = test::make_paper("2611.00001", title);
    paper.authors = {title};
    paper.journal_ref = title;
    const std::string text = bibtex(paper);
    int depth = 0;
    for (const char c : text) {
      if (c == '{') ++depth;
      if (c == '}') --depth;
      EXPECT_TRUE(depth >= 0) << text;
    }
    EXPECT_EQ(depth, 0) << text;
    for (const char* command : {"\\input", "\\write", "\\def", "\\immediate"})
      EXPECT_EQ(text.find(command), std::string::npos) << text;
  }
}

TEST(Bibtex, KeysAreAscii) {
  const auto key = [](const std::string& author, const std::string& title) {
    paper::Paper paper = test::make_paper("2611.00001", title);
    paper.authors = author.empty() ? std::vector<std::string>() : std::vector<std::string>{author};
    const std::string text = bibtex(paper);
    return text.substr(text.find('{') + 1, text.find(',') - text.find('{') - 1);
  };
  EXPECT_EQ(key("Paul Erdős", "On the evolution of random graphs"), "erdos2026evolution");
  EXPECT_EQ(key("Kaiming He", "Deep-Residual Learning"), "he2026deep");
  EXPECT_EQ(key("", "A tree"), "2026tree");
  EXPECT_EQ(key("王伟", "深度学习"), "paper261100001");
  EXPECT_EQ(key("ATLAS Collaboration", "$\\pi^0$ mesons"), "atlascollaboration2026pi0");
}

TEST(Bibtex, OfThousandsOfAuthorsTheFirstHundredAreNamed) {
  paper::Paper paper = test::make_paper("1503.07589", "Higgs");
  paper.authors.assign(3303, "Ada Lovelace");
  const std::string text = bibtex(paper);
  EXPECT_THAT(text, HasSubstr("and others}"));
  EXPECT_LT(text.size(), 4000U);
}

TEST(Bibtex, AnIndependentReaderReadsIt) {
  if (std::system("/usr/bin/python3 -c 'import pybtex.database' >/dev/null 2>&1") != 0) {
    if (paperboy::test::in_ci()) FAIL() << "python3-pybtex is absent, and CI must have it";
    GTEST_SKIP() << "needs python3-pybtex, which is not here";
  }
  const fs::path folder = fs::temp_directory_path() / ("paperboy-bibtex-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::vector<paper::Paper> papers{test::full_paper()};
  papers.push_back(test::make_paper("2611.00002", "Hostile } { \\input{x} @misc{y, a=b} % # ~ ^ _ & $ \" end"));
  papers.back().authors = {"And and And", "Ludwig van Beethoven", "Martin Luther King Jr.", "José, Pérez",
                           "}{",          "ATLAS Collaboration"};
  papers.push_back(test::make_paper("hep-th/9901001", "Strings"));
  papers.back().authors.assign(3303, "Ada Lovelace");
  papers.push_back(test::make_paper("doi:10.1016/0370-2693(94)90000-0", "Cells"));
  std::ofstream file(folder / "all.bib", std::ios::binary);
  for (const paper::Paper& paper : papers) file << bibtex(paper) << "\n";
  file.close();
  const std::string script =
      "import sys, pybtex.database as d\n"
      "b = d.parse_file(sys.argv[1], bib_format='bibtex')\n"
      "e = list(b.entries.values())\n"
      "assert len(e) == 4, len(e)\n"
      "assert [x.type for x in e] == ['article', 'misc', 'misc', 'article'], [x.type for x in e]\n"
      "a = e[0].persons['author']\n"
      "assert [str(p) for p in a] == ['van Dijk, Ada M.', \"P{\\\\'{e}}rez, Jos{\\\\'{e}}\"], a\n"
      "assert a[0].prelast_names == ['van'] and a[0].last_names == ['Dijk'], a[0]\n"
      "assert e[0].fields['eprint'] == '2611.00001' and e[0].fields['journal'] == 'J. Test 1 (2026) 2'\n"
      "h = e[1].persons['author']\n"
      "assert len(h) == 6, h\n"
      "assert h[2].lineage_names == ['Jr.'] and h[2].last_names == ['King'], h[2]\n"
      "assert len(e[2].persons['author']) == 101 and str(e[2].persons['author'][-1]) == 'others'\n"
      "assert e[3].fields['doi'] == '10.1016/0370-2693(94)90000-0'\n";
  std::ofstream(folder / "check.py") << script;
  const std::string command =
      "/usr/bin/python3 '" + (folder / "check.py").string() + "' '" + (folder / "all.bib").string() + "' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  fs::remove_all(folder);
}

// --- the export

TEST(Export, IsReadBackAsThePerson) {
  paper::Person person = test::full_person();
  person.name = "Ada \"the first\" \\ : # 中文";
  person.topics[0].weight = 1.5;
  person.topics[0].limit = 7;
  const std::string text = export_of(person, test::every_choice());
  const std::size_t end = text.find("\n---\n");
  ASSERT_NE(end, std::string::npos);
  const fs::path folder = fs::temp_directory_path() / ("paperboy-export-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "ada.yaml", std::ios::binary) << text.substr(0, end + 1);
  settings::Findings findings;
  const std::vector<fs::path> files{folder / "ada.yaml"};
  const std::vector<paper::Person> read = flow::read_people(files, {}, findings);
  EXPECT_TRUE(findings.empty());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].name, person.name);
  EXPECT_EQ(read[0].schedule, person.schedule);
  EXPECT_EQ(read[0].addresses, person.addresses);
  ASSERT_EQ(read[0].topics.size(), person.topics.size());
  for (std::size_t i = 0; i < person.topics.size(); ++i) {
    paper::Topic expected = person.topics[i];
    expected.muted = false;
    expected.muted_until.reset();
    EXPECT_EQ(read[0].topics[i], expected) << i;
  }
  for (const char* part : {"saved: [\"2308.04079\", \"2003.08934\"]", "disliked: [\"2611.00003\"]",
                           "{topic: \"Kaiming He\", until: \"2026-11-30\"}", "\"slack\": \"U024BE7LH\"",
                           "kind: follow, subject: \"Splats\", query: \"\\\"gaussian splatting\\\" OR nerf\"",
                           "kind: pause, until: \"2026-12-24\""})
    EXPECT_THAT(text, HasSubstr(part));
  fs::remove_all(folder);
}

TEST(Export, OfNobodyIsStillAFile) {
  EXPECT_THAT(export_of({}, {}), HasSubstr("---\n"));
}

}  // namespace
}  // namespace paperboy::bot
