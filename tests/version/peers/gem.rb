# The order of each pair of lines "a b", by RubyGems: one of < = > and ! for refused.
require "rubygems"

def order(a, b)
  { -1 => "<", 0 => "=", 1 => ">" }[Gem::Version.new(a) <=> Gem::Version.new(b)]
rescue ArgumentError
  "!"
end

File.foreach(ARGV[0]) { |line| puts order(*line.split) }
