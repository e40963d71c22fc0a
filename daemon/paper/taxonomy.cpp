#include "daemon/paper/taxonomy.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"

namespace paperboy::paper {
namespace {

constexpr std::array active{Category{"astro-ph.CO", "Cosmology and Nongalactic Astrophysics"},
                            Category{"astro-ph.EP", "Earth and Planetary Astrophysics"},
                            Category{"astro-ph.GA", "Astrophysics of Galaxies"},
                            Category{"astro-ph.HE", "High Energy Astrophysical Phenomena"},
                            Category{"astro-ph.IM", "Instrumentation and Methods for Astrophysics"},
                            Category{"astro-ph.SR", "Solar and Stellar Astrophysics"},
                            Category{"cond-mat.dis-nn", "Disordered Systems and Neural Networks"},
                            Category{"cond-mat.mes-hall", "Mesoscale and Nanoscale Physics"},
                            Category{"cond-mat.mtrl-sci", "Materials Science"},
                            Category{"cond-mat.other", "Other Condensed Matter"},
                            Category{"cond-mat.quant-gas", "Quantum Gases"},
                            Category{"cond-mat.soft", "Soft Condensed Matter"},
                            Category{"cond-mat.stat-mech", "Statistical Mechanics"},
                            Category{"cond-mat.str-el", "Strongly Correlated Electrons"},
                            Category{"cond-mat.supr-con", "Superconductivity"},
                            Category{"cs.AI", "Artificial Intelligence"},
                            Category{"cs.AR", "Hardware Architecture"},
                            Category{"cs.CC", "Computational Complexity"},
                            Category{"cs.CE", "Computational Engineering, Finance, and Science"},
                            Category{"cs.CG", "Computational Geometry"},
                            Category{"cs.CL", "Computation and Language"},
                            Category{"cs.CR", "Cryptography and Security"},
                            Category{"cs.CV", "Computer Vision and Pattern Recognition"},
                            Category{"cs.CY", "Computers and Society"},
                            Category{"cs.DB", "Databases"},
                            Category{"cs.DC", "Distributed, Parallel, and Cluster Computing"},
                            Category{"cs.DL", "Digital Libraries"},
                            Category{"cs.DM", "Discrete Mathematics"},
                            Category{"cs.DS", "Data Structures and Algorithms"},
                            Category{"cs.ET", "Emerging Technologies"},
                            Category{"cs.FL", "Formal Languages and Automata Theory"},
                            Category{"cs.GL", "General Literature"},
                            Category{"cs.GR", "Graphics"},
                            Category{"cs.GT", "Computer Science and Game Theory"},
                            Category{"cs.HC", "Human-Computer Interaction"},
                            Category{"cs.IR", "Information Retrieval"},
                            Category{"cs.IT", "Information Theory"},
                            Category{"cs.LG", "Machine Learning"},
                            Category{"cs.LO", "Logic in Computer Science"},
                            Category{"cs.MA", "Multiagent Systems"},
                            Category{"cs.MM", "Multimedia"},
                            Category{"cs.MS", "Mathematical Software"},
                            Category{"cs.NE", "Neural and Evolutionary Computing"},
                            Category{"cs.NI", "Networking and Internet Architecture"},
                            Category{"cs.OH", "Other Computer Science"},
                            Category{"cs.OS", "Operating Systems"},
                            Category{"cs.PF", "Performance"},
                            Category{"cs.PL", "Programming Languages"},
                            Category{"cs.RO", "Robotics"},
                            Category{"cs.SC", "Symbolic Computation"},
                            Category{"cs.SD", "Sound"},
                            Category{"cs.SE", "Software Engineering"},
                            Category{"cs.SI", "Social and Information Networks"},
                            Category{"econ.EM", "Econometrics"},
                            Category{"econ.GN", "General Economics"},
                            Category{"econ.TH", "Theoretical Economics"},
                            Category{"eess.AS", "Audio and Speech Processing"},
                            Category{"eess.IV", "Image and Video Processing"},
                            Category{"eess.SP", "Signal Processing"},
                            Category{"eess.SY", "Systems and Control"},
                            Category{"gr-qc", "General Relativity and Quantum Cosmology"},
                            Category{"hep-ex", "High Energy Physics - Experiment"},
                            Category{"hep-lat", "High Energy Physics - Lattice"},
                            Category{"hep-ph", "High Energy Physics - Phenomenology"},
                            Category{"hep-th", "High Energy Physics - Theory"},
                            Category{"math-ph", "Mathematical Physics"},
                            Category{"math.AC", "Commutative Algebra"},
                            Category{"math.AG", "Algebraic Geometry"},
                            Category{"math.AP", "Analysis of PDEs"},
                            Category{"math.AT", "Algebraic Topology"},
                            Category{"math.CA", "Classical Analysis and ODEs"},
                            Category{"math.CO", "Combinatorics"},
                            Category{"math.CT", "Category Theory"},
                            Category{"math.CV", "Complex Variables"},
                            Category{"math.DG", "Differential Geometry"},
                            Category{"math.DS", "Dynamical Systems"},
                            Category{"math.FA", "Functional Analysis"},
                            Category{"math.GM", "General Mathematics"},
                            Category{"math.GN", "General Topology"},
                            Category{"math.GR", "Group Theory"},
                            Category{"math.GT", "Geometric Topology"},
                            Category{"math.HO", "History and Overview"},
                            Category{"math.KT", "K-Theory and Homology"},
                            Category{"math.LO", "Logic"},
                            Category{"math.MG", "Metric Geometry"},
                            Category{"math.NA", "Numerical Analysis"},
                            Category{"math.NT", "Number Theory"},
                            Category{"math.OA", "Operator Algebras"},
                            Category{"math.OC", "Optimization and Control"},
                            Category{"math.PR", "Probability"},
                            Category{"math.QA", "Quantum Algebra"},
                            Category{"math.RA", "Rings and Algebras"},
                            Category{"math.RT", "Representation Theory"},
                            Category{"math.SG", "Symplectic Geometry"},
                            Category{"math.SP", "Spectral Theory"},
                            Category{"math.ST", "Statistics Theory"},
                            Category{"nlin.AO", "Adaptation and Self-Organizing Systems"},
                            Category{"nlin.CD", "Chaotic Dynamics"},
                            Category{"nlin.CG", "Cellular Automata and Lattice Gases"},
                            Category{"nlin.PS", "Pattern Formation and Solitons"},
                            Category{"nlin.SI", "Exactly Solvable and Integrable Systems"},
                            Category{"nucl-ex", "Nuclear Experiment"},
                            Category{"nucl-th", "Nuclear Theory"},
                            Category{"physics.acc-ph", "Accelerator Physics"},
                            Category{"physics.ao-ph", "Atmospheric and Oceanic Physics"},
                            Category{"physics.app-ph", "Applied Physics"},
                            Category{"physics.atm-clus", "Atomic and Molecular Clusters"},
                            Category{"physics.atom-ph", "Atomic Physics"},
                            Category{"physics.bio-ph", "Biological Physics"},
                            Category{"physics.chem-ph", "Chemical Physics"},
                            Category{"physics.class-ph", "Classical Physics"},
                            Category{"physics.comp-ph", "Computational Physics"},
                            Category{"physics.data-an", "Data Analysis, Statistics and Probability"},
                            Category{"physics.ed-ph", "Physics Education"},
                            Category{"physics.flu-dyn", "Fluid Dynamics"},
                            Category{"physics.gen-ph", "General Physics"},
                            Category{"physics.geo-ph", "Geophysics"},
                            Category{"physics.hist-ph", "History and Philosophy of Physics"},
                            Category{"physics.ins-det", "Instrumentation and Detectors"},
                            Category{"physics.med-ph", "Medical Physics"},
                            Category{"physics.optics", "Optics"},
                            Category{"physics.plasm-ph", "Plasma Physics"},
                            Category{"physics.pop-ph", "Popular Physics"},
                            Category{"physics.soc-ph", "Physics and Society"},
                            Category{"physics.space-ph", "Space Physics"},
                            Category{"q-bio.BM", "Biomolecules"},
                            Category{"q-bio.CB", "Cell Behavior"},
                            Category{"q-bio.GN", "Genomics"},
                            Category{"q-bio.MN", "Molecular Networks"},
                            Category{"q-bio.NC", "Neurons and Cognition"},
                            Category{"q-bio.OT", "Other Quantitative Biology"},
                            Category{"q-bio.PE", "Populations and Evolution"},
                            Category{"q-bio.QM", "Quantitative Methods"},
                            Category{"q-bio.SC", "Subcellular Processes"},
                            Category{"q-bio.TO", "Tissues and Organs"},
                            Category{"q-fin.CP", "Computational Finance"},
                            Category{"q-fin.GN", "General Finance"},
                            Category{"q-fin.MF", "Mathematical Finance"},
                            Category{"q-fin.PM", "Portfolio Management"},
                            Category{"q-fin.PR", "Pricing of Securities"},
                            Category{"q-fin.RM", "Risk Management"},
                            Category{"q-fin.ST", "Statistical Finance"},
                            Category{"q-fin.TR", "Trading and Market Microstructure"},
                            Category{"quant-ph", "Quantum Physics"},
                            Category{"stat.AP", "Applications"},
                            Category{"stat.CO", "Computation"},
                            Category{"stat.ME", "Methodology"},
                            Category{"stat.ML", "Machine Learning"},
                            Category{"stat.OT", "Other Statistics"}};
static_assert(active.size() == 149);

// Bare archive names that old papers carry as a category; each has classes today.
constexpr std::array inactive{Category{"astro-ph", "Astrophysics"}, Category{"cond-mat", "Condensed Matter"},
                              Category{"q-bio", "Quantitative Biology"}};

// Other names of today's categories: the six aliases, of which papers carry either or both, and the archives that were
// closed.
struct OtherName {
  std::string_view name, canonical;
};
constexpr std::array aliases{OtherName{"cs.NA", "math.NA"},    OtherName{"cs.SY", "eess.SY"},
                             OtherName{"math.IT", "cs.IT"},    OtherName{"math.MP", "math-ph"},
                             OtherName{"q-fin.EC", "econ.GN"}, OtherName{"stat.TH", "math.ST"}};
constexpr std::array discontinued{OtherName{"acc-phys", "physics.acc-ph"},
                                  OtherName{"adap-org", "nlin.AO"},
                                  OtherName{"alg-geom", "math.AG"},
                                  OtherName{"ao-sci", "physics.ao-ph"},
                                  OtherName{"atom-ph", "physics.atom-ph"},
                                  OtherName{"bayes-an", "physics.data-an"},
                                  OtherName{"chao-dyn", "nlin.CD"},
                                  OtherName{"chem-ph", "physics.chem-ph"},
                                  OtherName{"cmp-lg", "cs.CL"},
                                  OtherName{"comp-gas", "nlin.CG"},
                                  OtherName{"dg-ga", "math.DG"},
                                  OtherName{"funct-an", "math.FA"},
                                  OtherName{"mtrl-th", "cond-mat.mtrl-sci"},
                                  OtherName{"patt-sol", "nlin.PS"},
                                  OtherName{"plasm-ph", "physics.plasm-ph"},
                                  OtherName{"q-alg", "math.QA"},
                                  OtherName{"solv-int", "nlin.SI"},
                                  OtherName{"supr-con", "cond-mat.supr-con"}};

// The table's entry whose `member` is `text` in any case; nothing if none.
template <class Table, class Member>
const typename Table::value_type* find_ci(const Table& table, Member member, std::string_view text) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return text::iequals_ascii(row.*member, text); });
  return found == table.end() ? nullptr : &*found;
}

// Nothing if `text` names no category.
std::string_view canonical(std::string_view text) {
  // Nearly all that is asked for stands here as typed, and is asked for at every match.
  const auto exact = std::lower_bound(active.begin(), active.end(), text,
                                      [](const Category& row, std::string_view id) { return row.id < id; });
  if (exact != active.end() && exact->id == text) return exact->id;
  if (const auto* found = find_ci(active, &Category::id, text)) return found->id;
  if (const auto* found = find_ci(inactive, &Category::id, text)) return found->id;
  if (const auto* found = find_ci(aliases, &OtherName::name, text)) return found->canonical;
  if (const auto* found = find_ci(discontinued, &OtherName::name, text)) return found->canonical;
  return {};
}

bool known_archive(std::string_view text) {
  return std::any_of(active.begin(), active.end(),
                     [&](const Category& category) { return text::iequals_ascii(archive_of(category.id), text); });
}

// "cs", "cs.*" and "astro-ph*" -> the archive's name; any other text as it stands.
std::string_view without_star(std::string_view group) {
  if (!group.ends_with('*')) return group;
  group.remove_suffix(1);
  if (group.ends_with('.')) group.remove_suffix(1);
  return group;
}

}  // namespace

std::span<const Category> categories() {
  return active;
}

std::optional<std::string> canonical_category(std::string_view text) {
  const auto found = canonical(text::trim(text));
  if (found.empty()) return std::nullopt;
  return std::string(found);
}

std::vector<std::string> canonical_categories(std::span<const std::string> names, std::vector<std::string>* classes) {
  std::vector<std::string> out;
  for (const auto& name : names) {
    if (auto category = canonical_category(name)) {
      if (std::find(out.begin(), out.end(), *category) == out.end()) out.push_back(std::move(*category));
    } else if (classes != nullptr && !text::trim(name).empty()) {
      classes->emplace_back(text::trim(name));
    }
  }
  return out;
}

std::string category_name(std::string_view id) {
  const auto category = canonical(id);
  if (const auto* found = find_ci(active, &Category::id, category)) return std::string(found->name);
  if (const auto* found = find_ci(inactive, &Category::id, category)) return std::string(found->name);
  return std::string(id);
}

std::string_view archive_of(std::string_view category) {
  return category.substr(0, category.find('.'));
}

bool in_group(std::string_view category, std::string_view group) {
  const auto wanted = text::trim(group);
  if (wanted == "*") return true;
  const auto id = canonical(text::trim(category));
  if (id.empty()) return false;
  const auto name = without_star(wanted);
  if (text::iequals_ascii(archive_of(id), name)) return true;
  if (canonical(name) == id) return true;
  // cs.IT is listed under math as well, by its other name.
  return std::any_of(aliases.begin(), aliases.end(), [&](const OtherName& alias) {
    return alias.canonical == id && text::iequals_ascii(archive_of(alias.name), name);
  });
}

bool known_group(std::string_view group) {
  const auto wanted = text::trim(group);
  if (wanted == "*") return true;
  const auto name = without_star(wanted);
  return known_archive(name) || !canonical(name).empty();
}

}  // namespace paperboy::paper
