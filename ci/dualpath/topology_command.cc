#include "ci/dualpath/topology_command.h"

#include <iostream>
#include <iterator>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/multipath/topology_json.h"
#include "helpers/multipath/topology_parser.h"

namespace dualpath::cli {
namespace {

constexpr std::size_t kMostShown = 80;

std::string ReadStandardInput() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

std::string WhyNoMap(const multipath::Topology& topology) {
  if (topology.not_understood.empty()) return "the input is empty";
  const multipath::Unparsed& first = topology.not_understood.front();
  return "line " + std::to_string(first.line_number) + " is '" + first.text.substr(0, kMostShown) +
         "'";
}

}  // namespace

int RunTopology(const std::string& file, std::ostream& out, std::ostream& err) {
  const bool from_stdin = file.empty() || file == "-";
  const auto text = from_stdin ? Result<std::string>(ReadStandardInput()) : ReadFile(file);
  if (!text.ok()) {
    err << "dualpath topology: " << text.error().ToString() << "\n";
    return kUsage;
  }
  const multipath::Topology topology = multipath::ParseTopology(*text);
  if (topology.maps.empty()) {
    err << "dualpath topology: " << (from_stdin ? "standard input" : file)
        << ": no multipath map found (" << WhyNoMap(topology)
        << "); expected the output of 'multipath -ll'\n";
    return kUsage;
  }
  out << multipath::ToJsonText(topology) << "\n";
  return kAllPassed;
}

TopologyCommand::TopologyCommand(CLI::App& app)
    : Subcommand(app.add_subcommand("topology", "Convert saved `multipath -ll` output to JSON")) {
  command_->add_option("file", file_, "The saved output (default: standard input)");
}

int TopologyCommand::Run() const { return RunTopology(file_, std::cout, std::cerr); }

}  // namespace dualpath::cli
