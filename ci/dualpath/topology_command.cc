#include "ci/dualpath/topology_command.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/pasted_line.h"
#include "helpers/multipath/topology_json.h"
#include "helpers/multipath/topology_line.h"
#include "helpers/multipath/topology_parser.h"

namespace dualpath::cli {
namespace {

constexpr std::size_t kMostShown = 80;

std::string ReadStandardInput() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

/// Returns whether multipath wrote the line: an answer may have messages and no maps.
bool IsMessage(const multipath::Unparsed& line) {
  std::string buffer;
  const std::string text(WithoutPasteMarks(line.text, buffer));
  return std::holds_alternative<multipath::MessageLine>(multipath::ParseTopologyLine(text).value);
}

/// Returns "line 1 begins the output of 'show paths', which has no maps", or nothing.
std::string OtherOutputIn(const multipath::Topology& topology) {
  for (const multipath::Unparsed& line : topology.not_understood) {
    std::string buffer;
    const std::string other =
        multipath::OtherOutput(std::string(WithoutPasteMarks(line.text, buffer)));
    if (!other.empty()) return "line " + std::to_string(line.line_number) + " begins " + other;
  }
  return "";
}

std::string FirstLineOf(const multipath::Topology& topology) {
  if (topology.not_understood.empty()) return "the input is empty";
  const multipath::Unparsed& first = topology.not_understood.front();
  return "line " + std::to_string(first.line_number) + " is '" + first.text.substr(0, kMostShown) +
         "'";
}

/// Parses text, or the JSON of "show maps json".
Result<multipath::Topology> Parse(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string::npos && text[begin] == '{') return multipath::ParseMapsJson(text);
  return multipath::ParseTopology(text);
}

}  // namespace

int RunTopology(const std::string& file, std::ostream& out, std::ostream& err) {
  const bool from_stdin = file.empty() || file == "-";
  const auto text = from_stdin ? Result<std::string>(ReadStandardInput()) : ReadFile(file);
  if (!text.ok()) {
    err << "dualpath topology: " << text.error().ToString() << "\n";
    return kUsage;
  }
  const auto topology = Parse(*text);
  const std::string name = from_stdin ? "standard input" : file;
  if (!topology.ok()) {
    err << "dualpath topology: " << topology.error().While(name).ToString() << "\n";
    return kUsage;
  }
  if (topology->maps.empty()) {
    const std::vector<multipath::Unparsed>& lines = topology->not_understood;
    const bool is_answer = std::any_of(lines.begin(), lines.end(), IsMessage);
    const std::string other = OtherOutputIn(*topology);
    if (!is_answer || !other.empty()) {
      err << "dualpath topology: " << name << ": no multipath map found ("
          << (other.empty() ? FirstLineOf(*topology) : other)
          << "); expected the output of 'multipath -ll'\n";
      return kUsage;
    }
  }
  out << multipath::ToJsonText(*topology) << "\n";
  return kAllPassed;
}

TopologyCommand::TopologyCommand(CLI::App& app)
    : Subcommand(app.add_subcommand("topology", "Convert saved `multipath -ll` output to JSON")) {
  command_->add_option("file", file_, "The saved output (default: standard input)");
}

int TopologyCommand::Run() const { return RunTopology(file_, std::cout, std::cerr); }

}  // namespace dualpath::cli
