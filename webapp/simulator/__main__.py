from webapp.simulator.main import main

main()
